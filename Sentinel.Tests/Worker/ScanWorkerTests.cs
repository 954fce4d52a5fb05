using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Sentinel.Contracts.Live;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Queue;
using Sentinel.Tests.EndToEnd;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Worker;

/// <summary>What a worker does when a scan is stopped under it, or the database is.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class ScanWorkerTests
{
    private static readonly string Ordinary = string.Concat(Enumerable.Repeat("an ordinary line with a key and a word but no secret\n", 400));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cancel_RunningScan_StopsItAndWritesNothing()
    {
        await using var worker = await StartAsync();
        var (repository, id) = await BeginLargeScanAsync(worker, "stop/cancelled");

        Assert.True(await worker.Services.GetRequiredService<IScanQueue>().CancelAsync(id, Cancellation));

        var next = await worker.ScanAsync(repository, worker.GitHub.Create("stop/cancelled").Commit("Less", ("settings.ini", DefectiveFiles.Settings)));
        Assert.Equal(ScanStatus.Succeeded, next.Status);
        Assert.Equal(ScanStatus.Cancelled, (await worker.EndOfAsync(id)).Status);
        Assert.Equal("settings.ini", Assert.Single(await worker.FindingsAsync(repository)).Path);
    }

    [Fact]
    public async Task Stop_RunningScan_IsGivenBackWithoutCostingAnAttempt()
    {
        await using var worker = await StartAsync();
        var (_, id) = await BeginLargeScanAsync(worker, "stop/stopping");

        await worker.StopAsync();

        await using var database = worker.Database();
        var scan = await database.Scans.AsNoTracking().SingleAsync(s => s.Id == id, Cancellation);
        Assert.Equal((ScanStatus.Queued, 0, null), (scan.Status, scan.Attempt, scan.LeaseToken));
    }

    /// <summary>The lease ends with the scan: what follows takes its time, and nobody takes it for a lost one.</summary>
    [Fact]
    public async Task SlowComparisonOfRefs_AfterTheScanWasWritten_IsDoneAllTheSame()
    {
        var (logs, gate) = (new ConcurrentQueue<string>(), new TaskCompletionSource());
        WorkerFixture? running = null;
        await using var worker = running = new WorkerFixture
        {
            Logs = logs,
            ExtraSettings = new Dictionary<string, string> { ["Queue:LeaseTime"] = "00:00:06" },
            // GitHub is slow from the scan's end on.
            Configure = services => services.Replace(ServiceDescriptor.Singleton<IScanProgressBus>(
                new AtTheEnd(() => running!.GitHub.Faults.Next("GET", "/stop/slow.git/info/refs", new FakeFault.Slow(gate.Task))))),
        };
        await worker.InitializeAsync();
        var source = worker.GitHub.Create("stop/slow");
        var repository = await worker.AddRepositoryAsync("stop/slow");

        var scan = await worker.ScanAsync(repository, source.Commit("Add", ("settings.ini", DefectiveFiles.Settings)));
        await worker.UntilAsync(_ => Task.FromResult(worker.GitHub.Faults.Count == 0 && logs.Any(l => l.Contains("finished in", StringComparison.Ordinal))), "the comparison began");
        // Twice as long as the lease is renewed after.
        await Task.Delay(TimeSpan.FromSeconds(3), Cancellation);
        gate.SetResult();
        await worker.UntilAsync(async d => await d.SecretExposures.AnyAsync(e => e.RepositoryId == repository.Id && e.RefsCompared == e.RefsAsked, Cancellation), "the refs compared");

        Assert.Equal((ScanStatus.Succeeded, 1), (scan.Status, scan.Attempt));
        Assert.DoesNotContain(logs, l => l.Contains("lost its lease", StringComparison.Ordinal) || l.Contains("was stopped", StringComparison.Ordinal));
    }

    /// <summary>A renewal waits for the row that the write holds, and then finds a lease that has ended with the scan.</summary>
    [Fact]
    public async Task WriteLongerThanARenewal_IsFollowedByWhatFollows()
    {
        var logs = new ConcurrentQueue<string>();
        await using var worker = new WorkerFixture { Logs = logs, ExtraSettings = new Dictionary<string, string> { ["Queue:LeaseTime"] = "00:00:04" } };
        await worker.InitializeAsync();
        var source = worker.GitHub.Create("stop/writing");
        var repository = await worker.AddRepositoryAsync("stop/writing");
        await using var database = worker.Database();
        await database.Database.OpenConnectionAsync(Cancellation);
        await database.Database.ExecuteSqlAsync($"select pg_advisory_lock(hashtextextended({repository.Id.ToString()}, 0))", Cancellation);

        var id = await worker.QueueAsync(repository, source.Commit("Add", ("settings.ini", DefectiveFiles.Settings)));
        await worker.UntilAsync(async d => await d.Database.SqlQuery<int>(
            $"select count(*)::int as \"Value\" from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())").SingleAsync(Cancellation) > 0, "the write began");
        // Three times as long as the lease is renewed after.
        await Task.Delay(TimeSpan.FromSeconds(3), Cancellation);
        await database.Database.ExecuteSqlAsync($"select pg_advisory_unlock(hashtextextended({repository.Id.ToString()}, 0))", Cancellation);

        Assert.Equal((ScanStatus.Succeeded, 1), await worker.EndOfAsync(id) is var scan ? (scan.Status, scan.Attempt) : default);
        await worker.UntilAsync(async d => await d.SecretExposures.AnyAsync(e => e.RepositoryId == repository.Id && e.RefsCompared == e.RefsAsked, Cancellation), "the refs compared");
        Assert.DoesNotContain(logs, l => l.Contains("lost its lease", StringComparison.Ordinal) || l.Contains("was stopped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Postgres_RestartedDuringScans_LosesNothing()
    {
        await using var worker = await StartAsync();
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            var name = $"stop/restart-{i}";
            var commit = worker.GitHub.Create(name).Commit("Add", [("settings.ini", DefectiveFiles.Settings), .. Enumerable.Range(0, 200).Select(f => ($"f{f}.txt", (string?)(Ordinary + f)))]);
            ids.Add(await worker.QueueAsync(await worker.AddRepositoryAsync(name), commit));
        }

        await TestPostgres.RestartAsync(Cancellation);

        // What the restart cut must not be handed to this test's own questions.
        worker.Services.GetRequiredService<NpgsqlDataSource>().Clear();
        foreach (var id in ids)
        {
            var scan = await worker.EndOfAsync(id);
            Assert.Equal(ScanStatus.Succeeded, scan.Status);
            await using var database = worker.Database();
            Assert.Equal(1, await database.Findings.CountAsync(f => f.RepositoryId == scan.RepositoryId, Cancellation));
            Assert.Equal(1, await database.FindingEvents.CountAsync(e => e.RepositoryId == scan.RepositoryId, Cancellation));
        }
    }

    private static async Task<WorkerFixture> StartAsync()
    {
        var worker = new WorkerFixture();
        await worker.InitializeAsync();
        return worker;
    }

    private static async Task<(Sentinel.Data.Repositories.Repository Repository, Guid ScanId)> BeginLargeScanAsync(WorkerFixture worker, string name)
    {
        var commit = worker.GitHub.Create(name).Commit("Much", [.. Enumerable.Range(0, 3000).Select(f => ($"f{f}.txt", (string?)(Ordinary + f)))]);
        var repository = await worker.AddRepositoryAsync(name);
        var id = await worker.QueueAsync(repository, commit);
        await worker.UntilAsync(id, s => s is { Status: ScanStatus.Running, Phase: ScanPhase.Analyse });
        return (repository, id);
    }

    private sealed class AtTheEnd(Action then) : IScanProgressBus
    {
        public Task PublishAsync(ScanProgress progress, CancellationToken cancellationToken)
        {
            if (progress.Status == ScanStatus.Succeeded) then();
            return Task.CompletedTask;
        }

        public Task PublishAsync(LiveEvent liveEvent, CancellationToken cancellationToken) => Task.CompletedTask;

        public IAsyncEnumerable<ScanProgress> SubscribeAsync(Guid scanId, CancellationToken cancellationToken) => AsyncEnumerable.Empty<ScanProgress>();

        public IAsyncEnumerable<LiveEvent> SubscribeAllAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<LiveEvent>();
    }
}
