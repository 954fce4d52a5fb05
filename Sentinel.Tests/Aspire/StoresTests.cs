using Aspire.Hosting;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Sentinel.Aspire.Postgres;
using Sentinel.Aspire.Running;
using StackExchange.Redis;

namespace Sentinel.Tests.Aspire;

public sealed class StoresTests
{
    [Fact]
    public async Task Postgres_StoppedAndStartedAgain_KeepsItsData()
    {
        var cancellationToken = RunnerFixture.Timeout(180);
        if (PostgresBinaries.Installed() is null && Executables.Find("npm") is null) Assert.Skip("Neither PostgreSQL nor npm is on this machine.");
        var directory = Path.Combine(Path.GetTempPath(), $"sentinel-test-{Guid.NewGuid():N}");
        try
        {
            await RunAsync(directory, "create table t (n int); insert into t values (42)", cancellationToken);
            Assert.Equal(42, await RunAsync(directory, "select n from t", cancellationToken));
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal("rwx------", Mode(Path.Combine(directory, "pg")));
                Assert.Equal("rw-------", Mode(Path.Combine(directory, "secrets", "pg-password")));
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Redis_Embedded_RunsLuaAndAsksForItsPassword()
    {
        var cancellationToken = RunnerFixture.Timeout();
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddRedis("cache");
        await using var app = await builder.StartQuicklyAsync(cancellationToken);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("cache", cancellationToken);
        var text = (await app.GetConnectionStringAsync("cache", cancellationToken))!;

        await using var redis = await ConnectionMultiplexer.ConnectAsync(text);
        var sum = await redis.GetDatabase().ScriptEvaluateAsync("redis.call('zadd', KEYS[1], 1, 'a'); return redis.call('zcard', KEYS[1]) + tonumber(ARGV[1])", ["{q}:z"], [41]);

        Assert.Equal(42, (int)sum);
        await Assert.ThrowsAnyAsync<RedisException>(async () =>
        {
            await using var stranger = await ConnectionMultiplexer.ConnectAsync(text.Split(',')[0] + ",connectTimeout=1000,connectRetry=0");
            await stranger.GetDatabase().PingAsync();
        });
    }

    [Fact]
    public void NpmPostgres_Links_StayInsideThePackage()
    {
        var package = Directory.CreateTempSubdirectory("sentinel-test-").FullName;
        try
        {
            var native = Path.Combine(package, "native");
            Directory.CreateDirectory(native);
            File.WriteAllText(Path.Combine(native, "pg-symlinks.json"), """[{"source":"native/lib/a.so.1","target":"../../../etc/a.so"}]""");

            Assert.Throws<DistributedApplicationException>(() => NpmPostgres.HydrateLinks(native));
        }
        finally
        {
            Directory.Delete(package, recursive: true);
        }
    }

    private static async Task<object?> RunAsync(string directory, string sql, CancellationToken cancellationToken)
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.Configuration["SENTINEL_DATA_DIR"] = directory;
        builder.AddPostgres("pg").WithDataVolume("pg").AddDatabase("db");
        await using var app = await builder.BuildAsync(cancellationToken);
        app.Services.GetRequiredService<RunOptions>().OwnsDataDirectory = false;
        await app.StartAsync(cancellationToken);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("db", cancellationToken);

        await using var connection = new NpgsqlConnection(await app.GetConnectionStringAsync("db", cancellationToken));
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static string Mode(string path)
    {
        var mode = File.GetUnixFileMode(path);
        return string.Concat("rwxrwxrwx".Select((c, i) => ((int)mode & (1 << (8 - i))) != 0 ? c : '-'));
    }
}
