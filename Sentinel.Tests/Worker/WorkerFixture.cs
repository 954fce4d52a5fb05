using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Garnet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sentinel.Aspire.Redis;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Feedback;
using Sentinel.Data.Findings;
using Sentinel.Data.Queue;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Support;
using Sentinel.Tests.Worker.Liveness;
using Sentinel.Worker;

namespace Sentinel.Tests.Worker;

/// <summary>The real worker in this process, on its own database, Redis protocol server and git server.</summary>
public sealed class WorkerFixture : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>What this worker is told beside the usual; set before it starts.</summary>
    internal Dictionary<string, string> Extra { get; } = new(StringComparer.Ordinal);

    private readonly string _cache = Directory.CreateTempSubdirectory("sentinel-test-mirrors-").FullName;
    private readonly ConcurrentQueue<string> _warnings = new();
    private GarnetServer? _redis;
    private WebApplication? _app;

    internal FakeGitHubServer GitHub { get; private set; } = null!;

    /// <summary>Over the fixture's own settings.</summary>
    internal IReadOnlyDictionary<string, string> ExtraSettings { get; init; } = new Dictionary<string, string>();

    /// <summary>Changes what the worker is made of; null for nothing.</summary>
    internal Action<IServiceCollection>? Configure { get; init; }

    /// <summary>Whether this worker is the App of its GitHub.</summary>
    internal bool WithApp { get; init; }

    /// <summary>Every line that is logged, when the test wants them.</summary>
    internal ConcurrentQueue<string>? Logs { get; init; }

    internal IServiceProvider Services => _app!.Services;

    internal string CacheDirectory => _cache;

    /// <summary>Its database, for another service beside it.</summary>
    internal string DatabaseConnection { get; private set; } = "";

    /// <summary>Its queue's server, for another service beside it.</summary>
    internal string RedisConnection { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var database = await TestPostgres.CreateDatabaseAsync(cancellationToken);
        var port = FreePort();
        _redis = RedisRunner.Start(port, password: null);
        (DatabaseConnection, RedisConnection) = (database, $"127.0.0.1:{port}");
        GitHub = await FakeGitHubServer.StartAsync(cancellationToken);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development", ApplicationName = "Sentinel.Worker" });
        foreach (var (key, value) in Settings(database, port).Concat(Extra.Concat(ExtraSettings).Select(s => (s.Key, s.Value)))) builder.Configuration[key] = value;
        if (WithApp)
            foreach (var (key, value) in GitHub.Settings()) builder.Configuration[key] = value;
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddWorker();
        Configure?.Invoke(builder.Services);
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(Logs is null ? LogLevel.Warning : LogLevel.Trace).AddProvider(new LogLines(Logs ?? _warnings));
        _app = builder.Build();
        await DatabaseMigrator.MigrateAsync(_app.Services, cancellationToken);
        await _app.StartAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
        if (GitHub is not null) await GitHub.DisposeAsync();
        _redis?.Dispose();
        Directory.Delete(_cache, recursive: true);
    }

    /// <summary>Stops the worker as a deployment does; its services stay usable.</summary>
    internal Task StopAsync() => _app!.StopAsync(TestContext.Current.CancellationToken);

    internal SentinelDbContext Database() => Services.GetRequiredService<IDbContextFactory<SentinelDbContext>>().CreateDbContext();

    /// <summary>Makes the repository known, as a webhook or a person would.</summary>
    internal async Task<Repository> AddRepositoryAsync(string fullName, string? cloneUrl = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        var repository = new Repository { FullName = fullName, CloneUrl = cloneUrl ?? new Uri(GitHub.Url, $"{fullName}.git").ToString(), CreatedAt = now, UpdatedAt = now };
        await using var database = Database();
        database.Repositories.Add(repository);
        await database.SaveChangesAsync(TestContext.Current.CancellationToken);
        return repository;
    }

    /// <summary>Queues a scan and waits for its end.</summary>
    /// <param name="commit">Null for whatever the ref points at.</param>
    internal async Task<Scan> ScanAsync(Repository repository, string? commit = null, string reference = "refs/heads/main") =>
        await EndOfAsync(await QueueAsync(repository, commit, reference));

    /// <summary>Scans the head of a pull request.</summary>
    internal async Task<Scan> ScanPullAsync(Repository repository, int number, string commit) =>
        await EndOfAsync(await QueueAsync(repository, commit, PullRequestRef.HeadOf(number), ScanKind.PullRequest, number));

    internal async Task<Guid> QueueAsync(
        Repository repository, string? commit = null, string reference = "refs/heads/main", ScanKind kind = ScanKind.Push, int? pullRequest = null)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var scan = new Scan
        {
            RepositoryId = repository.Id,
            RequestId = Guid.NewGuid().ToString(),
            Kind = kind,
            Lane = ScanLane.Push,
            Ref = reference,
            CommitSha = commit,
            PullRequestNumber = pullRequest,
            QueuedAt = TimeProvider.System.GetUtcNow(),
        };
        await using var database = Database();
        database.Scans.Add(scan);
        await database.SaveChangesAsync(cancellationToken);
        await Services.GetRequiredService<IScanQueue>().EnqueueAsync([scan.Id], cancellationToken);
        return scan.Id;
    }

    internal async Task<Scan> EndOfAsync(Guid scanId)
    {
        var scan = await UntilAsync(scanId, s => s.Status is not (ScanStatus.Queued or ScanStatus.Running));
        return scan;
    }

    internal async Task<Scan> UntilAsync(Guid scanId, Func<Scan, bool> reached)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await using var database = Database();
            var scan = await database.Scans.AsNoTracking().SingleAsync(s => s.Id == scanId, TestContext.Current.CancellationToken);
            if (reached(scan)) return scan;
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, $"The scan stays {scan.Status} in phase {scan.Phase}: {scan.ErrorCode} {scan.ErrorDetail}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until the database says so.</summary>
    internal async Task UntilAsync(Func<SentinelDbContext, Task<bool>> reached, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await using var database = Database();
            if (await reached(database)) return;
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, $"It did not happen: {what}\n{string.Join('\n', _warnings.TakeLast(20))}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    internal async Task<IReadOnlyList<Finding>> FindingsAsync(Repository repository)
    {
        await using var database = Database();
        return await database.Findings.AsNoTracking().Where(f => f.RepositoryId == repository.Id).OrderBy(f => f.Path).ThenBy(f => f.StartLine).ToListAsync(TestContext.Current.CancellationToken);
    }

    internal async Task<IReadOnlyList<FindingEvent>> EventsAsync(Guid findingId)
    {
        await using var database = Database();
        return await database.FindingEvents.AsNoTracking().Where(e => e.FindingId == findingId).OrderBy(e => e.Id).ToListAsync(TestContext.Current.CancellationToken);
    }

    private IEnumerable<(string Key, string Value)> Settings(string database, int redisPort) =>
    [
        ("ConnectionStrings:sentineldb", database),
        ("ConnectionStrings:redis", $"127.0.0.1:{redisPort}"),
        ("AI_SERVICE_URL", "http://127.0.0.1:9"),
        ("OTEL_METRICS_EXPORTER", InProcess.Metrics),
        ("Checkout:CacheDirectory", _cache),
        ("Worker:RetryDelay", "00:00:00.050"),
        ("Queue:PollInterval", "00:00:00.050"),
        ("Queue:LeaseTime", "00:00:10"),
        ("Queue:ReconcileInterval", "00:00:01"),
        ("SENTINEL_ALLOW_LOCAL_REPOSITORIES", "true"),
        ("Exposure:HistoryAfterFirstScan", "false"),
    ];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
