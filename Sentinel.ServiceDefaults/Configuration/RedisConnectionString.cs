using System.Globalization;

namespace Sentinel.ServiceDefaults.Configuration;

/// <summary>Turns the forms in which Redis addresses are handed out into the form that StackExchange.Redis reads.</summary>
/// <remarks>URI form: https://www.iana.org/assignments/uri-schemes/prov/redis and .../rediss.</remarks>
public static class RedisConnectionString
{
    /// <summary>An example for error messages.</summary>
    public const string Example = "rediss://user:password@host:6379/0";

    /// <summary>The <c>host:port,option=value</c> form.</summary>
    /// <param name="value">A <c>redis://</c> or <c>rediss://</c> (TLS) URI, or <c>host:port,options</c>.</param>
    /// <exception cref="FormatException">Says what is wrong, never what the value is.</exception>
    public static string Normalize(string value)
    {
        value = value.Trim();
        var scheme = value.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return Checked(value);
        return value[..scheme].ToLowerInvariant() switch
        {
            "redis" => FromUri(value[(scheme + 3)..], tls: false),
            "rediss" => FromUri(value[(scheme + 3)..], tls: true),
            _ => throw new FormatException("the URI's scheme is neither redis nor rediss"),
        };
    }

    /// <summary>The same connection with a password.</summary>
    /// <param name="normal">What <see cref="Normalize"/> returned.</param>
    /// <exception cref="FormatException">It has one already, or the password cannot be written in this form.</exception>
    public static string WithPassword(string normal, string password) =>
        normal.Split(',').Any(option => option.TrimStart().StartsWith("password=", StringComparison.OrdinalIgnoreCase))
            ? throw new FormatException("the address has a password of its own; set one of the two")
            : $"{normal},password={Option(password)}";

    private static string FromUri(string rest, bool tls)
    {
        var uri = UriParts.Split(rest);
        if (uri.Hosts.Count == 0) throw new FormatException("the URI names no host");

        var parts = uri.Hosts.Select(h => $"{(h.Host.Contains(':', StringComparison.Ordinal) ? $"[{h.Host}]" : h.Host)}:{h.Port ?? 6379}").ToList();
        // "default" is the user that a password alone belongs to; older servers know no user at all.
        if (uri.User is { Length: > 0 } user && user != "default") parts.Add($"user={Option(user)}");
        if (uri.Password is { Length: > 0 } password) parts.Add($"password={Option(password)}");
        if (tls) parts.Add("ssl=true");
        if (uri.Path is { Length: > 0 } path) parts.Add($"defaultDatabase={Database(path)}");
        foreach (var (key, text) in uri.Query)
        {
            if (!key.Equals("db", StringComparison.OrdinalIgnoreCase)) throw new FormatException("the URI has a parameter other than db");
            parts.Add($"defaultDatabase={Database(text)}");
        }
        return string.Join(',', parts);
    }

    private static string Checked(string value)
    {
        var host = value.Split(',', 2)[0];
        if (host.Length == 0 || host.Contains('=', StringComparison.Ordinal) || host.Any(char.IsWhiteSpace))
            throw new FormatException("the value does not begin with host:port");
        return value;
    }

    private static string Database(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number.ToString(CultureInfo.InvariantCulture)
            : throw new FormatException("the database is not a number");

    // The options form has no escape for its separator.
    private static string Option(string text) =>
        text.Contains(',', StringComparison.Ordinal)
            ? throw new FormatException("user and password must not contain a comma, which separates options")
            : text;
}
