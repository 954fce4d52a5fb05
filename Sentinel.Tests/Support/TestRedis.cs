using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Garnet;
using Sentinel.Aspire.Redis;
using StackExchange.Redis;

namespace Sentinel.Tests.Support;

/// <summary>Which implementation of the Redis protocol a test talks to.</summary>
public enum RedisServer
{
    /// <summary>The one that the local run hosts in process.</summary>
    Garnet,

    /// <summary>The real redis-server; tests are skipped where it is absent.</summary>
    Redis,
}

/// <summary>A server of its own for one test, empty, without persistence; it can be stopped and started again on the same port.</summary>
internal sealed class TestRedis : IAsyncDisposable
{
    private readonly RedisServer _kind;
    private GarnetServer? _garnet;
    private Process? _process;

    private TestRedis(RedisServer kind) => _kind = kind;

    public int Port { get; } = FreePort();

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port},allowAdmin=true,connectRetry=10");

    public static async Task<TestRedis> StartAsync(RedisServer kind, CancellationToken cancellationToken)
    {
        if (kind == RedisServer.Redis && Executable() is null) Assert.Skip("redis-server is not on this machine.");
        var server = new TestRedis(kind);
        await server.StartAsync(cancellationToken);
        return server;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_kind == RedisServer.Garnet) _garnet = RedisRunner.Start(Port, password: null);
        else
        {
            string[] arguments = ["--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--loglevel", "warning"];
            _process = Process.Start(new ProcessStartInfo(Executable()!, arguments) { RedirectStandardOutput = true, WorkingDirectory = Path.GetTempPath() })!;
            _process.OutputDataReceived += (_, _) => { };
            _process.BeginOutputReadLine();
        }
        await UntilReadyAsync(cancellationToken);
    }

    public void Stop()
    {
        _garnet?.Dispose();
        _garnet = null;
        if (_process is null) return;
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Sends an administrator's command, such as FLUSHALL.</summary>
    public async Task ExecuteAsync(string command, params object[] arguments)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(ConnectionString);
        await connection.GetDatabase().ExecuteAsync(command, arguments);
    }

    /// <summary>Waits until somebody listens on the channel.</summary>
    public async Task UntilSubscribedAsync(string channel, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(ConnectionString);
        for (var attempt = 0; (long)((RedisResult[])(await connection.GetDatabase().ExecuteAsync("PUBSUB", "NUMSUB", channel))!)[1] == 0; attempt++)
        {
            Assert.True(attempt < 600, $"Nobody listens on {channel}.");
            await Task.Delay(50, cancellationToken);
        }
    }

    public ValueTask DisposeAsync()
    {
        Stop();
        return ValueTask.CompletedTask;
    }

    private async Task UntilReadyAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
                return;
            }
            catch (SocketException) when (attempt < 300)
            {
                await Task.Delay(50, cancellationToken);
            }
        }
    }

    private static string? Executable() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/bin")
            .Select(folder => Path.Combine(folder, "redis-server")).FirstOrDefault(File.Exists);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
