using System.Text.RegularExpressions;

namespace Sentinel.GitHub.Http;

/// <summary><c>Link: &lt;https://api.github.com/…?page=2&gt;; rel="next", &lt;…&gt;; rel="last"</c> (RFC 8288).</summary>
internal static partial class LinkHeader
{
    /// <summary>The next page; null on the last.</summary>
    public static Uri? Next(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Link", out var values) && NextLink().Match(string.Join(", ", values)) is { Success: true } match
            ? new Uri(match.Groups[1].Value)
            : null;

    [GeneratedRegex("""<([^<>]+)>;\s*rel="next""", RegexOptions.CultureInvariant)]
    private static partial Regex NextLink();
}
