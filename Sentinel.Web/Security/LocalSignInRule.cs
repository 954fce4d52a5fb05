using System.Net;

namespace Sentinel.Web.Security;

/// <summary>
/// When a person may sign in without proof of identity: only a developer at the machine itself. A proxy in front would
/// make everybody look local, so any trace of one refuses.
/// </summary>
internal static class LocalSignInRule
{
    private static readonly string[] ProxyHeaders =
    [
        "Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-Forwarded-Server",
        "X-Real-IP", "True-Client-IP", "CF-Connecting-IP",
        "X-Original-For", "X-Original-Host", "X-Original-Proto",
    ];

    /// <summary>What stands in the way, in words for the sign-in page; empty when local sign-in is allowed.</summary>
    public static IReadOnlyList<string> Obstacles(HttpContext context, IHostEnvironment environment)
    {
        var obstacles = new List<string>();
        if (!environment.IsDevelopment())
            obstacles.Add("Sentinel does not run in the Development environment.");
        if (context.Connection.RemoteIpAddress is not { } peer || !IsLoopback(peer))
            obstacles.Add("The request does not come from this machine.");
        if (!IsLoopbackHost(context.Request.Host.Host))
            obstacles.Add("The address in the browser is not localhost.");
        if (ProxyHeaders.Any(context.Request.Headers.ContainsKey))
            obstacles.Add("The request came through a proxy.");
        return obstacles;
    }

    internal static bool IsLoopbackHost(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IsLoopback(address));

    private static bool IsLoopback(IPAddress address) =>
        IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
