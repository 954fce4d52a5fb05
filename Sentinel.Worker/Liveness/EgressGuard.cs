using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.Worker.Liveness;

/// <summary>The border: decides which address a provider is asked at, and that no connection goes anywhere else.</summary>
internal sealed class EgressGuard(IOptions<LivenessOptions> options, IConfiguration configuration, IHostEnvironment environment)
{
    private readonly HashSet<string> _private = new(options.Value.PrivateHosts, StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _allowed = new(options.Value.AllowedHosts, StringComparer.OrdinalIgnoreCase);

    /// <summary>Scheme and authority to ask, or why it may not be asked.</summary>
    public (Uri? Address, string? Refusal) AddressOf(LivenessDefinition definition)
    {
        if (!options.Value.Checks) return (null, "Liveness:Checks is false");
        var configured = options.Value.BaseUrls.TryGetValue(definition.Id, out var own) ? own
            : definition.Id == "github" && configuration[ConfigurationKeys.GitHubApiUrl] is { Length: > 0 } enterprise ? enterprise
            : null;
        if (configured is null && definition.Host is null) return (null, $"it has no address of its own: set Liveness:BaseUrls:{definition.Id}");
        if (!Uri.TryCreate(configured ?? $"https://{definition.Host}", UriKind.Absolute, out var address) || address.UserInfo.Length > 0)
            return (null, $"Liveness:BaseUrls:{definition.Id} is not an address such as https://host.example");
        if (address.Scheme != Uri.UriSchemeHttps && !IsTestServer(address)) return (null, $"{address.Authority} would be asked by {address.Scheme}; only https is allowed");
        if (_allowed.Count > 0 && !_allowed.Contains(address.Host)) return (null, $"{address.Host} is not among Liveness:AllowedHosts");
        return (address, null);
    }

    /// <summary>Connects after looking at the very addresses that are used: a name cannot resolve to one thing here and to another there.</summary>
    /// <exception cref="HttpRequestException">The host has only private addresses.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        if (!_private.Contains(context.DnsEndPoint.Host) && !IsProxy(context))
        {
            addresses = [.. addresses.Where(PublicAddress.IsPublic)];
            if (addresses.Length == 0) throw new HttpRequestException(HttpRequestError.ConnectionError, "the host has a private address only");
        }
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // The operator's own proxy may well be in the operator's own network; where it lets requests go is its business.
    private static bool IsProxy(SocketsHttpConnectionContext context) =>
        context.InitialRequestMessage.RequestUri is { } target && HttpClient.DefaultProxy.GetProxy(target) is { } proxy && proxy != target
        && proxy.IdnHost == context.DnsEndPoint.Host && proxy.Port == context.DnsEndPoint.Port;

    private bool IsTestServer(Uri address) => environment.IsDevelopment() && address is { Scheme: "http", IsLoopback: true } && _private.Contains(address.Host);
}
