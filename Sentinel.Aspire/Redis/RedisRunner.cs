using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Garnet;
using Microsoft.Extensions.Logging.Abstractions;
using Sentinel.Aspire.Running;

namespace Sentinel.Aspire.Redis;

/// <summary>
/// Hosts Garnet, which speaks the Redis protocol, in this process. It keeps nothing on disk: Postgres is the truth, and
/// the queue's reconciler puts back what Redis forgot.
/// </summary>
internal sealed class RedisRunner(RedisResource redis, RunContext context) : ResourceRunner(redis, 0, context)
{
    private GarnetServer? _server;

    public override Task StopAsync(TimeSpan patience)
    {
        Interlocked.Exchange(ref _server, null)?.Dispose();
        return Task.CompletedTask;
    }

    protected override async Task RunCoreAsync(CancellationToken stopping)
    {
        if (redis.ExternalConnectionString is null) _server = Start(redis.PrimaryEndpoint.Port, redis.PasswordParameter?.Value);
        else Context.Console.About(Id, "using the server in REDIS_URL");
        await PublishHealthyAsync(stopping).ConfigureAwait(false);
    }

    internal static GarnetServer Start(int port, string? password)
    {
        string[] arguments =
        [
            "-q", "--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture),
            "--lua", "--lua-transaction-mode",
            // Needs no libaio, which is not everywhere.
            "--device-type", "RandomAccess",
            // The defaults are made for a machine that does nothing else.
            "--memory", "256m", "--page", "1m", "--segment", "64m", "--index", "16m",
            .. password is { Length: > 0 } ? new[] { "--auth", "Password", "--password", password } : [],
        ];
        var server = new GarnetServer(arguments, NullLoggerFactory.Instance);
        server.Start();
        return server;
    }
}
