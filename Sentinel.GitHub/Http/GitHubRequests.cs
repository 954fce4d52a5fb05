namespace Sentinel.GitHub.Http;

/// <summary>What may be done to a request a second time.</summary>
internal static class GitHubRequests
{
    private static readonly HttpRequestOptionsKey<bool> RepeatableKey = new("Sentinel.GitHub.Repeatable");

    /// <summary>Says that repeating this request does no harm although its method does not say so.</summary>
    public static void MarkRepeatable(this HttpRequestMessage request) => request.Options.Set(RepeatableKey, true);

    /// <summary>
    /// Whether doing it twice is as good as once: the idempotent methods of RFC 9110 section 9.2.2, and what was marked. PATCH is not one of
    /// them at GitHub either: updating a check run appends the annotations that are sent, each time.
    /// </summary>
    /// <remarks>https://docs.github.com/en/rest/checks/runs#update-a-check-run</remarks>
    public static bool IsRepeatable(this HttpRequestMessage request) =>
        request.Method == HttpMethod.Get || request.Method == HttpMethod.Head || request.Method == HttpMethod.Put || request.Method == HttpMethod.Delete
        || (request.Options.TryGetValue(RepeatableKey, out var marked) && marked);

    /// <summary>Whether the request certainly never left this machine whole, so that GitHub cannot have acted on it.</summary>
    public static bool NeverArrived(this Exception fault) =>
        fault is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError };
}
