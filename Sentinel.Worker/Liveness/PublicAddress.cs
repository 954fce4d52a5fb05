using System.Net;

namespace Sentinel.Worker.Liveness;

/// <summary>Tells addresses of the Internet from all others.</summary>
internal static class PublicAddress
{
    // What is not globally reachable: https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry.
    // 6to4, Teredo and NAT64 are here because they carry an IPv4 address that could be any of the others.
    private static readonly IPNetwork[] Reserved =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/128", "::1/128", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return !Reserved.Any(network => network.Contains(address));
    }
}
