using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Queue;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Data.Queue;

/// <summary>The queue of one process, on a real PostgreSQL and a server of the Redis protocol; its clock is moved by hand.</summary>
internal sealed class QueueHost : IAsyncDisposable
{
    private readonly string _database;
    private readonly IHost _host;
    private readonly bool _ownsRedis;

    private QueueHost(TestRedis redis, string database, ManualTime time, bool ownsRedis, Action<ScanQueueOptions>? configure)
    {
        (Redis, _database, Time, _ownsRedis) = (redis, database, time, ownsRedis);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development" });
        builder.Configuration["ConnectionStrings:sentineldb"] = database;
        builder.Configuration["ConnectionStrings:redis"] = redis.ConnectionString + ",connectTimeout=1000,asyncTimeout=1000,syncTimeout=1000";
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddMetrics().AddLogging(logging => logging.ClearProviders());
        builder.AddSentinelData();
        // A sleeping worker is woken by messages alone, unless the test says otherwise.
        builder.Services.Configure<ScanQueueOptions>(options => options.PollInterval = TimeSpan.FromHours(1));
        if (configure is not null) builder.Services.Configure(configure);
        _host = builder.Build();
    }

    public TestRedis Redis { get; }

    public ManualTime Time { get; }

    public IServiceProvider Services => _host.Services;

    public IScanQueue Queue => Services.GetRequiredService<IScanQueue>();

    public ScanReconciler Reconciler => Services.GetRequiredService<ScanReconciler>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<QueueHost> StartAsync(RedisServer server, Action<ScanQueueOptions>? configure = null)
    {
        var database = await TestPostgres.CreateDatabaseAsync(Cancellation);
        return new QueueHost(await TestRedis.StartAsync(server, Cancellation), database, new ManualTime(), ownsRedis: true, configure);
    }

    /// <summary>A second process with the same database, Redis and clock.</summary>
    public QueueHost Another() => new(Redis, _database, Time, ownsRedis: false, configure: null);

    public SentinelDbContext Database() => Services.GetRequiredService<IDbContextFactory<SentinelDbContext>>().CreateDbContext();

    public async Task<Guid> AddRepositoryAsync()
    {
        var name = $"octo/{Guid.NewGuid():N}";
        var repository = new Repository { FullName = name, CloneUrl = $"https://github.example/{name}.git", CreatedAt = Time.GetUtcNow(), UpdatedAt = Time.GetUtcNow() };
        await using var database = Database();
        database.Repositories.Add(repository);
        await database.SaveChangesAsync(Cancellation);
        return repository.Id;
    }

    /// <summary>Commits a queued scan without telling the queue.</summary>
    public async Task<Guid> AddScanAsync(Guid repositoryId, ScanLane lane = ScanLane.Push, string? reference = null, ScanKind kind = ScanKind.Push)
    {
        var id = Guid.CreateVersion7(Time.NextStamp());
        await using var database = Database();
        database.Scans.Add(new Scan
        {
            Id = id,
            RepositoryId = repositoryId,
            RequestId = $"request-{id:N}",
            Kind = kind,
            Lane = lane,
            // Distinct unless named, so that scans do not supersede each other by accident.
            Ref = reference ?? $"refs/heads/{id:N}",
            QueuedAt = Time.GetUtcNow(),
        });
        await database.SaveChangesAsync(Cancellation);
        return id;
    }

    public async Task<Guid> EnqueueAsync(Guid? repositoryId = null, ScanLane lane = ScanLane.Push, string? reference = null, ScanKind kind = ScanKind.Push)
    {
        var id = await AddScanAsync(repositoryId ?? await AddRepositoryAsync(), lane, reference, kind);
        await Queue.EnqueueAsync([id], Cancellation);
        return id;
    }

    /// <summary>What is there now; does not wait.</summary>
    public Task<ScanLease?> LeaseAsync(string worker = "worker-1") => Queue.LeaseAsync(worker, TimeSpan.Zero, Cancellation);

    public async Task<ScanLease> MustLeaseAsync(string worker = "worker-1")
    {
        var lease = await LeaseAsync(worker);
        Assert.NotNull(lease);
        return lease;
    }

    public Task<bool> CompleteAsync(ScanLease lease, ScanStatus status = ScanStatus.Succeeded) =>
        Queue.CompleteAsync(
            lease,
            (_, scan, _) =>
            {
                scan.Status = status;
                return Task.CompletedTask;
            },
            Cancellation);

    public async Task<Scan> ScanAsync(Guid id)
    {
        await using var database = Database();
        return await database.Scans.AsNoTracking().SingleAsync(s => s.Id == id, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        // The connection to Redis and the data source are the container's.
        await ((IAsyncDisposable)_host).DisposeAsync();
        if (_ownsRedis) await Redis.DisposeAsync();
    }
}

/// <summary>A clock that stands still until it is moved; timers run in real time.</summary>
internal sealed class ManualTime : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private long _ticks = Start.Ticks;
    private long _stamp = Start.Ticks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    /// <summary>Always later than before, for identifiers that sort by their making.</summary>
    public DateTimeOffset NextStamp() => new(Interlocked.Add(ref _stamp, TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
}
