using System.Globalization;

namespace Sentinel.ServiceDefaults.Configuration;

/// <summary>
/// The parts of <c>user:password@host:port,host:port/path?query</c>. <see cref="Uri"/> knows neither several hosts nor the
/// unescaped characters that providers put into passwords.
/// </summary>
internal sealed record UriParts(
    string? User, string? Password, IReadOnlyList<(string Host, int? Port)> Hosts, string Path, IReadOnlyList<(string Key, string Value)> Query)
{
    // A record prints its members; this one holds a password.
    public override string ToString() => nameof(UriParts);

    public static UriParts Split(string rest)
    {
        // The last @ before the path ends the credentials, so that a password may hold an unescaped one; a slash in it must be escaped.
        var queryStart = rest.IndexOf('?', StringComparison.Ordinal);
        var beforeQuery = queryStart < 0 ? rest : rest[..queryStart];
        var at = beforeQuery.LastIndexOf('@');
        var pathStart = beforeQuery.IndexOf('/', at + 1);
        var authority = pathStart < 0 ? beforeQuery : beforeQuery[..pathStart];
        var path = pathStart < 0 ? "" : Unescape(beforeQuery[(pathStart + 1)..], "path");

        string? user = null, password = null;
        if (at >= 0)
        {
            var credentials = authority[..at];
            var colon = credentials.IndexOf(':', StringComparison.Ordinal);
            user = Unescape(colon < 0 ? credentials : credentials[..colon], "user");
            password = colon < 0 ? null : Unescape(credentials[(colon + 1)..], "password");
        }
        return new UriParts(user, password, ParseHosts(authority[(at + 1)..]), path, Pairs(queryStart < 0 ? "" : rest[(queryStart + 1)..]));
    }

    private static List<(string, int?)> ParseHosts(string text)
    {
        var hosts = new List<(string, int?)>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var bracket = part.StartsWith('[') ? part.IndexOf(']', StringComparison.Ordinal) : -1;
            if (part.StartsWith('[') && bracket < 0) throw new FormatException("an IPv6 address lacks its closing bracket");
            var colon = part.IndexOf(':', bracket + 1);
            var host = bracket > 0 ? part[1..bracket] : Unescape(colon < 0 ? part : part[..colon], "host");
            if (bracket > 0 && !System.Net.IPAddress.TryParse(host, out _)) throw new FormatException("the address in brackets is not an IPv6 address");
            if (host.Length == 0) throw new FormatException("the host is empty");
            hosts.Add((host, colon < 0 ? null : Port(part[(colon + 1)..])));
        }
        return hosts;
    }

    private static int Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw new FormatException("the port is not a number from 1 to 65535");

    private static List<(string, string)> Pairs(string query) =>
        [.. query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair =>
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            return equals < 0
                ? throw new FormatException("a parameter of the URI has no value")
                : (Unescape(pair[..equals], "parameter"), Unescape(pair[(equals + 1)..], "parameter"));
        })];

    private static string Unescape(string text, string part)
    {
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                throw new FormatException($"the {part} has a % that is not followed by two hexadecimal digits (write a literal % as %25)");
        }
        return Uri.UnescapeDataString(text);
    }
}
