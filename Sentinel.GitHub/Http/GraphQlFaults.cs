using System.Text.Json;
using Sentinel.GitHub.Errors;

namespace Sentinel.GitHub.Http;

/// <summary>GraphQL reports its faults in answers that look successful.</summary>
/// <remarks>https://docs.github.com/en/graphql/guides/forming-calls-with-graphql, https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api</remarks>
internal static class GraphQlFaults
{
    private const int MaxMessage = 500;

    // {"data":null,"errors":[{"type":"NOT_FOUND","path":["node"],"message":"Could not resolve to a node …"}]}
    public static GitHubException? Of(JsonElement body, HttpResponseMessage response)
    {
        if (!body.TryGetProperty("errors", out var errors) || errors.ValueKind != JsonValueKind.Array || errors.GetArrayLength() == 0) return null;
        var all = errors.EnumerateArray().Select(e => new GitHubFieldError(null, PathOf(e), Text(e, "type"), Text(e, "message"))).ToArray();
        var requestId = response.Headers.TryGetValues("X-GitHub-Request-Id", out var values) ? values.First() : null;
        var answer = new GitHubAnswer("POST graphql", null, all[0].Message ?? "", requestId);
        return all[0].Code switch
        {
            "NOT_FOUND" => new GitHubNotFoundException(answer),
            "FORBIDDEN" or "INSUFFICIENT_SCOPES" => new GitHubForbiddenException(answer, missingPermission: null),
            _ => new GitHubRejectedException(answer, all),
        };
    }

    private static string? PathOf(JsonElement error) =>
        error.TryGetProperty("path", out var path) && path.ValueKind == JsonValueKind.Array ? string.Join('.', path.EnumerateArray().Select(p => p.ToString())) : null;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { } text
            ? text.Length <= MaxMessage ? text : text[..MaxMessage] + "…"
            : null;
}
