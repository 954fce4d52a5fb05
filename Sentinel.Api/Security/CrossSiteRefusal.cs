using Sentinel.Api.Problems;

namespace Sentinel.Api.Security;

/// <summary>
/// Refuses what a page of another site makes a browser send. Nothing here is signed in by a cookie, so such a request could do little; it
/// has no business here all the same.
/// </summary>
internal static class CrossSiteRefusal
{
    public static IApplicationBuilder UseCrossSiteRefusal(this IApplicationBuilder app) => app.Use((context, next) =>
        IsCrossSite(context.Request)
            ? ProblemTypes.Problem(StatusCodes.Status403Forbidden, ProblemTypes.CrossSite, "This does not answer to pages of another site.").ExecuteAsync(context)
            : next(context));

    /// <remarks>https://www.w3.org/TR/fetch-metadata/; browsers that do not send it send Origin with every request that changes something.</remarks>
    internal static bool IsCrossSite(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method)) return false;
        if (request.Headers["Sec-Fetch-Site"] is [{ Length: > 0 } site]) return site is not ("same-origin" or "none");
        if (request.Headers.Origin is not [{ Length: > 0 } origin, ..]) return false;
        // Behind the dashboard the browser knows its host, not ours. A page of another site cannot set this header without asking first.
        var host = request.Headers["X-Forwarded-Host"] is [{ Length: > 0 } forwarded, ..] ? forwarded : request.Host.Value;
        return !Uri.TryCreate(origin, UriKind.Absolute, out var uri) || !string.Equals(uri.Authority, WithoutDefaultPort(uri.Scheme, host), StringComparison.OrdinalIgnoreCase);
    }

    private static string? WithoutDefaultPort(string scheme, string? host) =>
        Uri.TryCreate($"{scheme}://{host}", UriKind.Absolute, out var uri) ? uri.Authority : null;
}
