using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sentinel.GitHub.Errors;

namespace Sentinel.GitHub.Http;

/// <summary>Turns GitHub's unsuccessful answers into exceptions.</summary>
/// <remarks>https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api</remarks>
internal static partial class GitHubFaults
{
    private const int MaxMessage = 500;
    private const int MaxErrors = 20;

    /// <summary>Method and path below the API's base, without the query and without the one-time code of a manifest.</summary>
    public static string Describe(HttpRequestMessage request, Uri api)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (path.StartsWith(api.AbsolutePath, StringComparison.Ordinal)) path = path[api.AbsolutePath.Length..];
        return $"{request.Method} {ManifestCode().Replace(path, "***")}";
    }

    /// <summary>GitHub's words; empty when the body is not its usual JSON object.</summary>
    public static async Task<(string Message, IReadOnlyList<GitHubFieldError> Errors)> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            using var body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            if (body.RootElement.ValueKind != JsonValueKind.Object) return ("", []);
            var errors = body.RootElement.TryGetProperty("errors", out var list) && list.ValueKind == JsonValueKind.Array
                ? list.EnumerateArray().Take(MaxErrors).Select(ErrorOf).ToArray()
                : [];
            return (Text(body.RootElement, "message") ?? "", errors);
        }
        catch (JsonException)
        {
            return ("", []);
        }
    }

    /// <summary>The exception for an answer that is neither a success nor a rate limit.</summary>
    public static GitHubException Of(
        HttpRequestMessage request, HttpResponseMessage response, string described, string message, IReadOnlyList<GitHubFieldError> errors)
    {
        var answer = new GitHubAnswer(described, (int)response.StatusCode, message, Header(response, "X-GitHub-Request-Id"));
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.UnavailableForLegalReasons => new GitHubNotFoundException(answer),
            HttpStatusCode.Unauthorized => new GitHubUnauthorizedException(answer),
            HttpStatusCode.Forbidden => new GitHubForbiddenException(answer, PermissionOf(response, message)),
            var status when GitHubResilience.IsFaultOfGitHub(status) => new GitHubUnavailableException(answer, mayHaveActed: !request.IsRepeatable()),
            _ => new GitHubRejectedException(answer, errors),
        };
    }

    // GitHub sends the header with every answer; it explains the refusal only when the App is refused for what it is.
    private static string? PermissionOf(HttpResponseMessage response, string message) =>
        message.StartsWith("Resource not accessible", StringComparison.OrdinalIgnoreCase) ? Header(response, "X-Accepted-GitHub-Permissions") : null;

    // {"resource":"CheckRun","field":"annotations","code":"invalid"}, or a text alone
    private static GitHubFieldError ErrorOf(JsonElement error) => error.ValueKind switch
    {
        JsonValueKind.Object => new GitHubFieldError(Text(error, "resource"), Text(error, "field"), Text(error, "code"), Text(error, "message")),
        JsonValueKind.String => new GitHubFieldError(null, null, null, Cut(error.GetString()!)),
        _ => new GitHubFieldError(null, null, null, null),
    };

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Cut(value.GetString()!) : null;

    private static string Cut(string text) => text.Length <= MaxMessage ? text : text[..MaxMessage] + "…";

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.First() : null;

    [GeneratedRegex("(?<=app-manifests/)[^/]+", RegexOptions.CultureInvariant)]
    private static partial Regex ManifestCode();
}
