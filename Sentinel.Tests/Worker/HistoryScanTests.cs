using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Queue;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;
using Sentinel.Tests.EndToEnd;
using Sentinel.Worker.Exposure;

namespace Sentinel.Tests.Worker;

/// <summary>Most leaked secrets are older than Sentinel: the whole history is read once.</summary>
public sealed class HistoryScanTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task History_SecretRemovedLongAgo_IsRemovedFromTheStartAndTellsItsAuthor()
    {
        var source = worker.GitHub.Create("past/removed");
        var leaking = source.Commit("Add", ("settings.ini", DefectiveFiles.Settings));
        source.Commit("Edit", ("settings.ini", "# edited\n" + DefectiveFiles.Settings));
        source.Commit("Mend", ("settings.ini", null));
        source.Git("tag", "v1", leaking);
        var repository = await worker.AddRepositoryAsync("past/removed");

        var scan = await HistoryAsync(repository);

        Assert.Equal((ScanStatus.Succeeded, 1, 1, ScanPhase.Done), (scan.Status, scan.FindingsOpened, scan.FindingsTotal, scan.Phase));
        Assert.True(scan.FilesTotal >= 2);
        var finding = Assert.Single(await worker.FindingsAsync(repository));
        Assert.Equal((FindingState.Removed, leaking), (finding.State, finding.FirstCommit));
        await using var database = worker.Database();
        var exposure = await database.SecretExposures.SingleAsync(e => e.FindingId == finding.Id, Cancellation);
        Assert.Equal((leaking, "Test", null, 2), (exposure.IntroducedCommit, exposure.AuthorName, exposure.FirstPushedAt, exposure.CommitsTotal));
        await worker.UntilAsync(d => d.SecretExposures.AnyAsync(e => e.FindingId == finding.Id && e.RefsCompared == e.RefsAsked && e.RefsTotal == 2, Cancellation), "the refs compared");
    }

    [Fact]
    public async Task History_SecretAtTheTipOfABranchNobodyScanned_IsOpenThere()
    {
        var source = worker.GitHub.Create("past/branch");
        source.Commit("Begin", ("a.txt", "a"));
        source.Git("checkout", "--quiet", "-b", "old");
        var tip = source.Commit("Add", ("conf/settings.ini", DefectiveFiles.Settings));
        source.Git("checkout", "--quiet", "main");
        var repository = await worker.AddRepositoryAsync("past/branch");

        await HistoryAsync(repository);

        var finding = Assert.Single(await worker.FindingsAsync(repository));
        await using var database = worker.Database();
        var instance = await database.FindingInstances.SingleAsync(i => i.FindingId == finding.Id, Cancellation);
        Assert.Equal((FindingState.Open, "refs/heads/old", tip, true, "conf/settings.ini"), (finding.State, instance.Ref, instance.CommitSha, instance.Present, instance.Path));
    }

    [Fact]
    public async Task History_OfAnOpenAndADismissedFinding_LeavesTheirStatesAndFindsWhoAddedThem()
    {
        var source = worker.GitHub.Create("past/known");
        var leaking = source.Commit("Add", ("settings.ini", DefectiveFiles.Settings));
        source.Commit("Edit", ("settings.ini", "# edited\n" + DefectiveFiles.Settings));
        var repository = await worker.AddRepositoryAsync("past/known");
        await worker.ScanAsync(repository);

        await HistoryAsync(repository);
        var open = Assert.Single(await worker.FindingsAsync(repository));
        await SetAsync(open.Id, FindingState.Dismissed);
        await HistoryAsync(repository);

        Assert.Equal(FindingState.Open, open.State);
        Assert.Equal(FindingState.Dismissed, Assert.Single(await worker.FindingsAsync(repository)).State);
        Assert.Single(await worker.EventsAsync(open.Id));
        await using var database = worker.Database();
        Assert.Equal(leaking, (await database.SecretExposures.SingleAsync(e => e.FindingId == open.Id, Cancellation)).IntroducedCommit);
    }

    [Fact]
    public async Task History_ReadASecondTime_IsTakenFromTheCache()
    {
        var source = worker.GitHub.Create("past/cached");
        for (var i = 0; i < 10; i++) source.Commit($"Commit {i}", ($"f{i}.txt", $"an ordinary line with a token number {i}"));
        var repository = await worker.AddRepositoryAsync("past/cached");
        var first = await HistoryAsync(repository);

        var second = await HistoryAsync(repository);

        Assert.True(first.BytesScanned > 0);
        Assert.Equal((0L, ScanStatus.Succeeded), (second.BytesScanned, second.Status));
        Assert.True(second.CacheHits >= 10);
    }

    [Fact]
    public async Task FirstScan_PlansOneScanOfTheHistory_AndNoSecond()
    {
        var history = new HistoryAfterFirstScan(Options.Create(new ExposureOptions()), TimeProvider.System);
        var repository = await worker.AddRepositoryAsync("past/planned");
        await using var database = worker.Database();
        var first = NewScan(repository, ScanKind.Push);
        first.CommitSha = new string('a', 40);

        var planned = await history.PlanAsync(database, first, Cancellation);
        await database.SaveChangesAsync(Cancellation);
        var again = await history.PlanAsync(database, first, Cancellation);

        var scan = await database.Scans.SingleAsync(s => s.RepositoryId == repository.Id, Cancellation);
        Assert.Equal((planned, ScanKind.History, ScanLane.Background, null), ((Guid?)scan.Id, scan.Kind, scan.Lane, again));
        scan.Status = ScanStatus.Cancelled;
        await database.SaveChangesAsync(Cancellation);
    }

    [Fact]
    public async Task History_WhileAPushWaits_MakesRoomAndGoesOnAfterwards()
    {
        await using var busy = new WorkerFixture();
        busy.Extra["Exposure:HistorySlice"] = "00:00:00";
        await busy.InitializeAsync();
        busy.GitHub.Create("past/long").Import(stream =>
        {
            // More contents than are looked at between two questions whether somebody waits.
            stream.Write("commit refs/heads/main\ncommitter T <t@acme.example> 1700000000 +0000\ndata 1\nx\n"u8);
            for (var i = 0; i < 5000; i++)
            {
                var content = $"an ordinary line with a token number {i}\n";
                stream.Write(System.Text.Encoding.ASCII.GetBytes($"M 100644 inline f{i}.txt\ndata {content.Length}\n{content}\n"));
            }
        });
        var repository = await busy.AddRepositoryAsync("past/long");
        var waiting = NewScan(await busy.AddRepositoryAsync("past/other"), ScanKind.Push, ScanLane.Push);
        var history = NewScan(repository, ScanKind.History);
        await using var database = busy.Database();
        // Its repository has as many running scans as it may, so nobody can take it.
        database.Scans.AddRange(Enumerable.Range(0, 2).Select(_ =>
        {
            var running = NewScan(repository, ScanKind.Push, ScanLane.Push, waiting.RepositoryId);
            (running.Status, running.LeaseToken, running.LeaseUntil) = (ScanStatus.Running, Guid.NewGuid(), TimeProvider.System.GetUtcNow().AddHours(1));
            return running;
        }));
        database.Scans.AddRange(waiting, history);
        await database.SaveChangesAsync(Cancellation);
        await busy.Services.GetRequiredService<IScanQueue>().EnqueueAsync([history.Id], Cancellation);

        var yielded = await busy.UntilAsync(history.Id, s => s is { Status: ScanStatus.Queued, NotBefore: not null });
        Assert.Equal(0, yielded.Attempt);
        await database.Scans.Where(s => s.Id == waiting.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, ScanStatus.Cancelled), Cancellation);

        var scan = await busy.EndOfAsync(history.Id);
        Assert.Equal((ScanStatus.Succeeded, 5000), (scan.Status, scan.FilesTotal));
        Assert.True(scan.CacheHits >= 4096);
    }

    private async Task<Scan> HistoryAsync(Repository repository)
    {
        var scan = NewScan(repository, ScanKind.History);
        await using var database = worker.Database();
        database.Scans.Add(scan);
        await database.SaveChangesAsync(Cancellation);
        await worker.Services.GetRequiredService<IScanQueue>().EnqueueAsync([scan.Id], Cancellation);
        return await worker.EndOfAsync(scan.Id);
    }

    private static Scan NewScan(Repository repository, ScanKind kind, ScanLane lane = ScanLane.Background, Guid? of = null) => new()
    {
        RepositoryId = of ?? repository.Id,
        RequestId = Guid.NewGuid().ToString(),
        Kind = kind,
        Lane = lane,
        Ref = "refs/heads/main",
        QueuedAt = TimeProvider.System.GetUtcNow(),
    };

    private async Task SetAsync(Guid findingId, FindingState state)
    {
        await using var database = worker.Database();
        await database.Findings.Where(f => f.Id == findingId).ExecuteUpdateAsync(f => f.SetProperty(x => x.State, state), Cancellation);
    }
}
