using System.Net;
using Sentinel.GitHub.SignIn;

namespace Sentinel.Api.Sessions;

/// <summary>
/// Decides whether a request may sign in with no credential: only in Development where GitHub is not set up, and only from this very machine. A proxy
/// in front makes every caller look local, and a page on another site can make a browser call a name that points here (DNS
/// rebinding); both are refused by what the request says of itself.
/// </summary>
internal sealed class LocalSignIn(IHostEnvironment environment, GitHubOAuthClients clients)
{
    // ForwardedHeaders moves what it used to X-Original-*, so a proxy shows either way.
    private static readonly string[] ProxyHeaders =
    [
        "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Server", "X-Real-IP", "Via",
        "X-Original-For", "X-Original-Host", "X-Original-Proto", "True-Client-IP", "CF-Connecting-IP",
    ];

    /// <summary>Null when allowed, else the reason for people.</summary>
    public async ValueTask<string?> RefusalAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!environment.IsDevelopment()) return "Local sign-in exists in the Development environment only.";
        if (await clients.FindAsync(cancellationToken) is not null) return "People sign in with GitHub here.";
        if (request.HttpContext.Connection.RemoteIpAddress is not { } peer || !IPAddress.IsLoopback(peer))
            return "Local sign-in answers only to this machine's loopback address.";
        if (ProxyHeaders.Any(request.Headers.ContainsKey)) return "Local sign-in does not work through a proxy.";
        if (!IsLoopbackName(request.Host.Host)) return "Local sign-in answers only to localhost, 127.0.0.1 and [::1].";
        return request.Headers.Origin is [{ Length: > 0 } origin, ..] && !IsLoopbackOrigin(origin)
            ? "Local sign-in does not answer to pages of another site."
            : null;
    }

    private static bool IsLoopbackOrigin(string origin) => Uri.TryCreate(origin, UriKind.Absolute, out var uri) && IsLoopbackName(uri.Host);

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
