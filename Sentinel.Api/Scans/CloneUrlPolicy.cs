using System.Net;
using System.Net.Sockets;

namespace Sentinel.Api.Scans;

/// <summary>
/// Which hosts may be scanned by address. Names that say "inside" are refused here, where a person sees the reason; the
/// worker resolves the name and decides on the address it really connects to.
/// </summary>
/// <param name="gitHubUrl">The configured GitHub, always allowed.</param>
/// <param name="allowedHosts">Hosts that the operator allowed beside it, plain http and private addresses included.</param>
/// <param name="development">Loopback git servers and local folders are allowed.</param>
internal sealed class CloneUrlPolicy(Uri gitHubUrl, IEnumerable<string> allowedHosts, bool development)
{
    private static readonly string[] InsideSuffixes = [".localhost", ".local", ".internal", ".intranet", ".lan", ".home", ".corp", ".home.arpa"];

    private readonly HashSet<string> allowed = new(allowedHosts, StringComparer.OrdinalIgnoreCase);

    public bool AllowLocal => development;

    public bool IsGitHub(Uri uri) => uri.Host.Equals(gitHubUrl.Host, StringComparison.OrdinalIgnoreCase) && uri.Port == gitHubUrl.Port;

    /// <summary>Null when allowed, else the reason for people.</summary>
    public string? Refusal(Uri uri)
    {
        if (IsGitHub(uri) && uri.Scheme == gitHubUrl.Scheme) return null;
        if (allowed.Contains(uri.Host) || allowed.Contains(uri.Authority)) return null;
        if (development && IsLoopback(uri)) return null;
        if (uri.Scheme != Uri.UriSchemeHttps) return "Plain http is refused: it lets anyone on the way change the code. Use https.";
        if (IsInside(uri)) return "The address points inside a network. An operator can allow the host in SENTINEL_GIT_ALLOWED_HOSTS.";
        return null;
    }

    private static bool IsLoopback(Uri uri) => uri.IsLoopback;

    private static bool IsInside(Uri uri)
    {
        var host = uri.IdnHost.TrimEnd('.').Trim('[', ']');
        if (IPAddress.TryParse(host, out var address)) return !IsPublic(address);
        return !host.Contains('.', StringComparison.Ordinal)
            || InsideSuffixes.Any(suffix => host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>False for loopback, private, link-local, carrier, documentation, multicast and unspecified addresses (RFC 6890).</summary>
    internal static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        return address.AddressFamily is AddressFamily.InterNetwork
            ? bytes switch
            {
                [0 or 10 or 127, ..] or [>= 224, ..] => false,
                [100, >= 64 and <= 127, ..] or [169, 254, ..] or [172, >= 16 and <= 31, ..] or [192, 168, ..] => false,
                [192, 0, 0 or 2, _] or [198, 18 or 19, ..] or [198, 51, 100, _] or [203, 0, 113, _] => false,
                _ => true,
            }
            // Only 2000::/3 is routed; 6to4, Teredo and NAT64 can wrap a private IPv4 address.
            : bytes is [>= 0x20 and <= 0x3f, ..] and not [0x20, 0x02, ..] and not [0x20, 0x01, 0x00, 0x00, ..] and not [0x20, 0x01, 0x0d, 0xb8, ..];
    }
}
