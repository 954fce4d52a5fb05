using System.Net;
using Microsoft.AspNetCore.Http;

namespace Sentinel.ServiceDefaults.Health;

/// <summary>
/// Lets only callers inside the installation see details and metrics: the peer has a private address and no proxy forwarded the
/// request. To anybody else the page does not exist.
/// </summary>
internal static class InternalPeerFilter
{
    private static readonly IPNetwork[] Private =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fe80::/10"),
    ];

    public static bool IsInternal(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.ContainsKey("X-Forwarded-For") || headers.ContainsKey("Forwarded")) return false;
        if (context.Connection.RemoteIpAddress is not { } peer) return false;
        if (peer.IsIPv4MappedToIPv6) peer = peer.MapToIPv4();
        return IPAddress.IsLoopback(peer) || Private.Any(network => network.Contains(peer));
    }
}
