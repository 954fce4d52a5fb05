using System.Net;

namespace Sentinel.ServiceDefaults.Configuration;

/// <summary>Tells hosts of the installation's own network from hosts of the Internet.</summary>
internal static class OwnNetwork
{
    // RFC 1918, RFC 6598 (shared by carriers and clouds), RFC 3927, RFC 4193, RFC 4291.
    private static readonly IPNetwork[] Private =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fe80::/10"),
    ];

    private static readonly string[] Suffixes = [".local", ".localhost", ".internal", ".lan", ".home.arpa", ".svc"];

    public static bool Holds(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return IPAddress.IsLoopback(address) || Private.Any(network => network.Contains(address));
    }

    /// <param name="host">An address, or a name: without a dot it is a container's or a machine's, never one of the Internet.</param>
    public static bool Holds(string host) =>
        IPAddress.TryParse(host.Trim('[', ']'), out var address)
            ? Holds(address)
            : !host.Contains('.', StringComparison.Ordinal) || Suffixes.Any(s => host.EndsWith(s, StringComparison.OrdinalIgnoreCase));
}
