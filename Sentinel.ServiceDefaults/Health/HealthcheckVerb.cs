using System.Globalization;

namespace Sentinel.ServiceDefaults;

/// <summary>
/// <c>--healthcheck</c>: asks the running service on this machine whether it is alive. Container images without a shell or curl use it.
/// </summary>
public static class HealthcheckVerb
{
    /// <summary>The argument.</summary>
    public const string Argument = "--healthcheck";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <summary>0 healthy, 1 not; null when the argument is not given.</summary>
    /// <param name="args">Arguments of the process.</param>
    /// <param name="defaultPort">Port of the service when <c>PORT</c> is not set.</param>
    public static async Task<int?> TryRunAsync(string[] args, int defaultPort = ServicePorts.Api)
    {
        if (!args.Contains(Argument, StringComparer.Ordinal)) return null;

        var port = int.TryParse(Environment.GetEnvironmentVariable("PORT"), NumberStyles.None, CultureInfo.InvariantCulture, out var set) ? set : defaultPort;
        // A proxy of the environment is for other hosts than this one.
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Limit };
        try
        {
            using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}{HealthPaths.Alive}"));
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception ex) when (ex is HttpRequestException or TaskCanceledException)
        {
            return 1;
        }
    }
}
