namespace Sentinel.GitHub.Errors;

/// <summary>What of an unsuccessful answer goes into an exception.</summary>
/// <param name="Request">Method and path without query, as in <c>GET repos/acme/shop</c>.</param>
/// <param name="StatusCode">HTTP status; null for a fault inside a GraphQL answer.</param>
/// <param name="Message">GitHub's own words, cut to 500 characters; empty when it said nothing.</param>
/// <param name="RequestId"><c>X-GitHub-Request-Id</c>.</param>
internal sealed record GitHubAnswer(string Request, int? StatusCode, string Message, string? RequestId)
{
    public string Describe(string what) => $"{what}: {Request} was answered with {StatusCode?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "an error"}{(Message.Length > 0 ? $" ({Message})" : "")}.";
}
