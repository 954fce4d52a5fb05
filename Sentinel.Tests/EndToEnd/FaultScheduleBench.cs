using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sentinel.Api.Webhooks;
using Sentinel.Api.Webhooks.Events;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Outbox;
using Sentinel.Data.Queue;
using Sentinel.Git;
using Sentinel.GitHub.Http;
using Sentinel.Tests.Data.Queue;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Support;
using Sentinel.Worker;
using Sentinel.Worker.Outbox;
using Sentinel.Worker.Scans;

namespace Sentinel.Tests.EndToEnd;

/// <summary>
/// What the API does with a webhook and what workers do with scans and messages, step by step in this process: the real code on a real
/// database, Redis protocol, git and a fake GitHub, with a clock that is moved by hand.
/// </summary>
internal sealed class FaultScheduleBench : IAsyncDisposable
{
    private const int MaxRounds = 400;

    private readonly string _cache = Directory.CreateTempSubdirectory("sentinel-test-mirrors-").FullName;
    private readonly ManualTime _time = new();
    private readonly CrashSwitch _crash = new();
    private readonly TestRedis _redis;
    private readonly WebApplication _worker;
    private readonly DeliveryPlanner _planner;
    private readonly DeliveryStore _store;

    private FaultScheduleBench(FakeGitHubServer gitHub, TestRedis redis, string database)
    {
        (GitHub, _redis) = (gitHub, redis);
        gitHub.Clock = _time;
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development", ApplicationName = "Sentinel.Worker" });
        foreach (var (key, value) in gitHub.Settings().Select(s => (s.Key, s.Value)).Concat(Settings(database))) builder.Configuration[key] = value;
        builder.AddWorker();
        builder.Logging.ClearProviders();
        builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(_time));
        builder.Services.Replace(ServiceDescriptor.Singleton<IScanProgressBus>(new CrashSwitch.Steps(_crash)));
        builder.Services.AddHttpClient(GitHubResilience.Client).AddHttpMessageHandler(() => new CrashSwitch.Requests(_crash));
        _worker = builder.Build();
        _planner = new DeliveryPlanner(new RepositoryReader(gitHub.Url, allowLoopback: true));
        _store = new DeliveryStore(Get<NpgsqlDataSource>(), Get<IDbContextFactory<SentinelDbContext>>(), _time);
    }

    public FakeGitHubServer GitHub { get; }

    /// <summary>Crashes, and faults of GitHub's that a request met.</summary>
    public int Faults => _crash.Crashes + _injected - GitHub.Faults.Count;

    private int _injected;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<FaultScheduleBench> StartAsync()
    {
        var bench = new FaultScheduleBench(
            await FakeGitHubServer.StartAsync(Token), await TestRedis.StartAsync(RedisServer.Garnet, Token), await TestPostgres.CreateDatabaseAsync(Token));
        await DatabaseMigrator.MigrateAsync(bench._worker.Services, Token);
        return bench;
    }

    /// <summary>A repository's whole life; what GitHub shows after it.</summary>
    /// <param name="faults">Things that go wrong in each of its parts.</param>
    public Task<string> LiveAsync(string owner, Random random, int faults)
    {
        var repository = new ReviewedRepository(GitHub, owner);
        return LiveAsync(repository, [repository.Install, repository.Open, repository.Mend, repository.Merge], random, faults);
    }

    /// <summary>Until people have talked to Sentinel at the pull request; what GitHub shows then.</summary>
    /// <inheritdoc cref="LiveAsync(string, Random, int)"/>
    public Task<string> TalkAsync(string owner, Random random, int faults)
    {
        var repository = new ReviewedRepository(GitHub, owner);
        return LiveAsync(repository, [repository.Install, repository.Open, repository.Talk], random, faults);
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        await _redis.DisposeAsync();
        await GitHub.DisposeAsync();
        Directory.Delete(_cache, recursive: true);
    }

    private async Task<string> LiveAsync(ReviewedRepository repository, IReadOnlyList<Func<IReadOnlyList<(string Event, JsonObject Payload)>>> parts, Random random, int faults)
    {
        foreach (var part in parts)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            var budget = new Budget(random, faults);
            foreach (var (name, payload) in part()) await DeliverAsync(name, payload, budget);
            await SettleAsync(repository, budget);
        }
        return repository.Shown();
    }

    // The API may end before it stored a delivery, or after and before anybody heard of it; GitHub is asked for it again then.
    private async Task DeliverAsync(string name, JsonObject payload, Budget budget)
    {
        var body = Encoding.UTF8.GetBytes(payload.ToJsonString());
        var id = Guid.NewGuid().ToString("D");
        while (true)
        {
            var ends = budget.Take(0.4) ? budget.Random.Next(2) : -1;
            if (ends == 0) continue;
            var stored = await _store.StoreAsync([new IncomingDelivery(id, name, $"request-{id}", null, body, _time.GetUtcNow(), _planner.Plan(name, body, hasApp: true))], Token);
            if (ends == 1) continue;
            await Get<IScanQueue>().EnqueueAsync(stored.Queued, Token);
            foreach (var scan in stored.Pointless) await Get<IScanQueue>().CancelAsync(scan, Token);
            return;
        }
    }

    private async Task SettleAsync(ReviewedRepository repository, Budget budget)
    {
        var handlers = _worker.Services.GetServices<IOutboxHandler>().Where(h => h.Kind != OutboxMessage.ExplanationRequested).ToList();
        Func<CancellationToken, Task<bool>>[] steps = [ScanAsync, .. handlers.Select<IOutboxHandler, Func<CancellationToken, Task<bool>>>(h => async life => await Get<OutboxDrain>().RoundAsync(h, life) > 0)];
        for (var round = 0; round < MaxRounds; round++)
        {
            var did = false;
            budget.Random.Shuffle(steps);
            foreach (var step in steps) did |= await LiveStepAsync(step, repository, budget);
            if (did) continue;
            if (await IsQuietAsync()) return;
            // Leases of the dead end, limits pass, what waits for another try is due.
            _time.Advance(TimeSpan.FromMinutes(1));
            await Get<ScanReconciler>().ReconcileAsync(Token);
        }
        Assert.Fail($"It does not come to rest: {await LeftAsync()}");
    }

    private async Task<bool> LiveStepAsync(Func<CancellationToken, Task<bool>> step, ReviewedRepository repository, Budget budget)
    {
        var (requests, steps) = (int.MaxValue, int.MaxValue);
        if (budget.Take(0.35))
        {
            if (budget.Random.Next(2) == 0) Inject(repository, budget.Random);
            else if (budget.Random.Next(2) == 0) requests = budget.Random.Next(8);
            else steps = budget.Random.Next(7);
        }
        using var life = _crash.Begin(requests, steps, afterActing: budget.Random.Next(2) == 0);
        try
        {
            return await step(life.Token);
        }
        catch (OperationCanceledException) when (life.IsCancellationRequested)
        {
            return true;
        }
    }

    private void Inject(ReviewedRepository repository, Random random)
    {
        var acts = random.Next(2) == 0;
        FakeFault fault = random.Next(5) switch
        {
            0 => new FakeFault.Status(random.Next(500, 505), AfterActing: acts),
            1 => new FakeFault.Reset(acts),
            2 => new FakeFault.SecondaryLimit(TimeSpan.FromSeconds(random.Next(1, 100))),
            3 => new FakeFault.PrimaryLimit(TimeSpan.FromMinutes(random.Next(1, 60))),
            _ => new FakeFault.RevokeToken(),
        };
        string[] paths = [$"/repos/{repository.Fake.FullName}/*", $"/repos/{repository.Fake.FullName}/*", "/api/graphql", $"/app/installations/{repository.Installation.Id}/access_tokens"];
        _injected++;
        GitHub.Faults.Next("*", paths[random.Next(paths.Length)], fault);
    }

    // As the worker does it: what fails is tried again, and a process that ended leaves its lease behind.
    private async Task<bool> ScanAsync(CancellationToken life)
    {
        var queue = Get<IScanQueue>();
        if (await queue.LeaseAsync("worker-1", TimeSpan.Zero, Token) is not { } lease) return false;
        try
        {
            if (await Get<ScanExecutor>().ExecuteAsync(lease, life) is { } then) await then(life);
        }
        catch (GitException ex) when (!life.IsCancellationRequested && ex.Transient)
        {
            if (ex.NotBefore is { } until) await queue.ReleaseAsync(lease, until - _time.GetUtcNow(), Token);
            else await queue.RetryAsync(lease, TimeSpan.FromSeconds(5), ex.Code, ex.Message, Token);
        }
        return true;
    }

    private async Task<bool> IsQuietAsync()
    {
        await using var database = Database();
        return !await database.Scans.AnyAsync(s => s.Status == ScanStatus.Queued || s.Status == ScanStatus.Running, Token)
            && !await database.Outbox.AnyAsync(m => m.Status != OutboxStatus.Done && m.Kind != OutboxMessage.ExplanationRequested, Token);
    }

    private async Task<string> LeftAsync()
    {
        await using var database = Database();
        var scans = await database.Scans.Where(s => s.Status != ScanStatus.Succeeded).Select(s => $"{s.Ref} {s.Status} {s.ErrorCode} {s.ErrorDetail}").ToListAsync(Token);
        var messages = await database.Outbox.Where(m => m.Status != OutboxStatus.Done && m.Kind != OutboxMessage.ExplanationRequested)
            .Select(m => $"{m.Kind} {m.AggregateKey} {m.Status} {m.Attempts} {m.LastError}").ToListAsync(Token);
        return string.Join('\n', scans.Concat(messages));
    }

    private SentinelDbContext Database() => Get<IDbContextFactory<SentinelDbContext>>().CreateDbContext();

    private T Get<T>() where T : notnull => _worker.Services.GetRequiredService<T>();

    private IEnumerable<(string Key, string Value)> Settings(string database) =>
    [
        ("ConnectionStrings:sentineldb", database),
        ("ConnectionStrings:redis", _redis.ConnectionString),
        ("AI_SERVICE_URL", "http://127.0.0.1:9"),
        ("OTEL_METRICS_EXPORTER", InProcess.Metrics),
        ("Checkout:CacheDirectory", _cache),
        ("Exposure:HistoryAfterFirstScan", "false"),
        ("SENTINEL_ALLOW_LOCAL_REPOSITORIES", "true"),
        // A fault is one fault: waiting and trying again is the outbox's business here.
        ("GitHub:RetryDelay", "00:00:00"),
        ("GitHub:MaxRetries", "0"),
        ("GitHub:MaxRateLimitWait", "00:00:00"),
    ];

    /// <summary>What may still go wrong.</summary>
    private sealed class Budget(Random random, int left)
    {
        private int _left = left;

        public Random Random { get; } = random;

        public bool Take(double likelihood) => _left > 0 && Random.NextDouble() < likelihood && _left-- > 0;
    }
}
