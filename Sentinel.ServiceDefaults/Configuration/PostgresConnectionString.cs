using System.Data.Common;
using System.Globalization;

namespace Sentinel.ServiceDefaults.Configuration;

/// <summary>Turns the forms in which PostgreSQL addresses are handed out into the key=value form that Npgsql reads.</summary>
/// <remarks>URI form: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS.</remarks>
public static class PostgresConnectionString
{
    /// <summary>An example for error messages.</summary>
    public const string Example = "postgres://user:password@host:5432/sentineldb?sslmode=require";

    private static readonly Dictionary<string, string> Parameters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["host"] = "Host",
        ["port"] = "Port",
        ["user"] = "Username",
        ["password"] = "Password",
        ["dbname"] = "Database",
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["channel_binding"] = "Channel Binding",
        ["connect_timeout"] = "Timeout",
        ["application_name"] = "Application Name",
        ["options"] = "Options",
        ["target_session_attrs"] = "Target Session Attributes",
        ["search_path"] = "Search Path",
    };

    private static readonly Dictionary<string, string> SslModes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["disable"] = "Disable",
        ["allow"] = "Allow",
        ["prefer"] = "Prefer",
        ["require"] = "Require",
        ["verify-ca"] = "VerifyCA",
        ["verify-full"] = "VerifyFull",
    };

    /// <summary>The key=value form.</summary>
    /// <param name="value">A <c>postgres://</c> or <c>postgresql://</c> URI, or key=value pairs.</param>
    /// <exception cref="FormatException">Says what is wrong, never what the value is.</exception>
    public static string Normalize(string value)
    {
        value = value.Trim();
        if (value.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || value.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase))
            return FromUri(value[(value.IndexOf("//", StringComparison.Ordinal) + 2)..]);
        if (value.Contains("://", StringComparison.Ordinal))
            throw new FormatException("the URI's scheme is neither postgres nor postgresql");
        return FromPairs(value);
    }

    /// <summary>The same connection with a password.</summary>
    /// <param name="normal">What <see cref="Normalize"/> returned.</param>
    /// <exception cref="FormatException">It has one already.</exception>
    public static string WithPassword(string normal, string password)
    {
        var builder = new DbConnectionStringBuilder { ConnectionString = normal };
        if (builder.ContainsKey("Password")) throw new FormatException("the address has a password of its own; set one of the two");
        builder["Password"] = password;
        return builder.ConnectionString;
    }

    private static string FromUri(string rest)
    {
        var builder = new DbConnectionStringBuilder();
        var uri = UriParts.Split(rest);
        if (uri.User is { Length: > 0 }) builder["Username"] = uri.User;
        if (uri.Password is { Length: > 0 }) builder["Password"] = uri.Password;
        if (uri.Path is { Length: > 0 }) builder["Database"] = uri.Path;

        AddParameters(builder, uri.Query);
        AddHosts(builder, uri.Hosts);
        if (!builder.ContainsKey("Host")) throw new FormatException("the URI names no host");
        if (!builder.ContainsKey("Database")) throw new FormatException("the URI names no database (…/sentineldb)");
        return builder.ConnectionString;
    }

    private static string FromLibpq(string value)
    {
        var builder = new DbConnectionStringBuilder();
        AddParameters(builder, LibpqPairs.Split(value));
        if (!builder.ContainsKey("Host")) throw new FormatException("the key=value form has no host");
        return builder.ConnectionString;
    }

    private static void AddParameters(DbConnectionStringBuilder builder, IEnumerable<(string Key, string Value)> parameters)
    {
        foreach (var (key, text) in parameters)
        {
            if (!Parameters.TryGetValue(key, out var name)) throw new FormatException($"the parameter '{Printable(key)}' is not known");
            builder[name] = name == "SSL Mode" ? SslMode(text) : text;
        }
    }

    private static void AddHosts(DbConnectionStringBuilder builder, IReadOnlyList<(string Host, int? Port)> hosts)
    {
        if (hosts.Count == 0) return;
        if (hosts.Count == 1)
        {
            builder["Host"] = hosts[0].Host;
            if (hosts[0].Port is { } port) builder["Port"] = port.ToString(CultureInfo.InvariantCulture);
            return;
        }
        builder["Host"] = string.Join(',', hosts.Select(h => h.Port is { } p ? $"{h.Host}:{p}" : h.Host));
    }

    private static string FromPairs(string value)
    {
        if (LibpqPairs.Looks(value)) return FromLibpq(value);

        DbConnectionStringBuilder builder;
        try
        {
            builder = new DbConnectionStringBuilder { ConnectionString = value };
        }
        catch (ArgumentException)
        {
            // The exception's text quotes the value, which may hold a password.
            throw new FormatException("the value is neither a URI nor key=value pairs");
        }
        if (!builder.ContainsKey("Host") && !builder.ContainsKey("Server"))
            throw new FormatException("the key=value form has no Host");
        return builder.ConnectionString;
    }

    private static string SslMode(string text) =>
        SslModes.TryGetValue(text, out var mode) ? mode
            : throw new FormatException("sslmode is not one of disable, allow, prefer, require, verify-ca, verify-full");

    private static string Printable(string key) => new([.. key.Take(32).Where(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')]);
}
