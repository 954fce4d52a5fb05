using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Deliveries;
using Sentinel.Data.Queue;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;
using Sentinel.Tests.EndToEnd;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Worker.Exposure;
using Sentinel.Worker.Findings;
using Finding = Sentinel.Data.Findings.Finding;
using SecretCommit = Sentinel.Data.Exposure.SecretCommit;
using SecretExposure = Sentinel.Data.Exposure.SecretExposure;

namespace Sentinel.Tests.Worker;

/// <summary>A secret that was pushed is leaked, whatever becomes of the commit that held it.</summary>
public sealed class ExposureTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    private const string Main = "refs/heads/main";
    private const string Settings = "settings.ini";

    private static readonly DateTimeOffset Received = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Push_SecretAddedAndRemovedOnTheWay_IsFoundWithItsAuthor()
    {
        var (source, repository, first) = await ScannedAsync("leak/middle");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        source.Commit("Go on", ("a.txt", "a"));
        var last = source.Commit("Mend", (Settings, null));

        var scan = await PushAsync(repository, Main, first, last);

        var (finding, exposure) = await SecretAsync(repository);
        Assert.Equal((ScanStatus.Succeeded, FindingState.Removed, Settings, 2), (scan.Status, finding.State, finding.Path, finding.StartLine));
        Assert.Equal(("Test", "test@acme.example", leaking), (exposure.AuthorName, exposure.AuthorEmail, exposure.IntroducedCommit));
        Assert.Equal((Received, 1, false), (exposure.FirstPushedAt, exposure.CommitsTotal, exposure.Dropped));
        Assert.Equal([Main], exposure.Refs);
        Assert.Equal((1, 0), (scan.FindingsOpened, scan.FindingsClosed));
        var opened = Assert.Single(await worker.EventsAsync(finding.Id));
        Assert.Equal((FindingEventKind.Opened, FindingState.Removed, leaking), (opened.Kind, opened.ToState, opened.CommitSha));
    }

    [Fact]
    public async Task Push_SameRangeTwice_ChangesNothing()
    {
        var (source, repository, first) = await ScannedAsync("leak/again");
        source.Commit("Add", (Settings, DefectiveFiles.Settings));
        var last = source.Commit("Mend", (Settings, null));
        await PushAsync(repository, Main, first, last);
        var (finding, before) = await SecretAsync(repository);

        var second = await PushAsync(repository, Main, first, last);

        var (same, after) = await SecretAsync(repository);
        Assert.Equal((finding.Id, FindingState.Removed), (same.Id, same.State));
        Assert.Equal((before.IntroducedCommit, before.CommitsTotal, before.FirstPushedAt), (after.IntroducedCommit, after.CommitsTotal, after.FirstPushedAt));
        Assert.Equal((0, 0), (second.FindingsOpened, second.FindingsClosed));
        Assert.Single(await worker.EventsAsync(finding.Id));
    }

    [Fact]
    public async Task ForcePush_OverASecret_LeavesItRemovedAndStillServed()
    {
        var (source, repository, first) = await ScannedAsync("leak/forced");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        await PushAsync(repository, Main, first, leaking);
        var (open, reached) = await SecretAsync(repository);
        Assert.Equal((FindingState.Open, false), (open.State, reached.Dropped));
        source.Git("reset", "--quiet", "--hard", first);
        var clean = source.Commit("Other", ("b.txt", "b"));

        var scan = await PushAsync(repository, Main, leaking, clean);

        var (finding, exposure) = await SecretAsync(repository);
        Assert.Equal((open.Id, FindingState.Removed, leaking), (finding.Id, finding.State, exposure.IntroducedCommit));
        Assert.Equal((true, true, 0), (exposure.Dropped, exposure.StillServed, exposure.RefsTotal));
        Assert.Equal((Received, null), (exposure.FirstPushedAt, exposure.RotatedAt));
        Assert.Equal((ScanStatus.Succeeded, 0), (scan.Status, scan.FindingsClosed));
    }

    [Fact]
    public async Task ForcePush_BeforeTheSecretWasScanned_StillFindsIt()
    {
        var (source, repository, first) = await ScannedAsync("leak/unseen");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        source.Git("reset", "--quiet", "--hard", first);
        var clean = source.Commit("Other", ("b.txt", "b"));

        await PushAsync(repository, Main, leaking, clean);

        var (finding, exposure) = await SecretAsync(repository);
        Assert.Equal((FindingState.Removed, leaking, true, true), (finding.State, exposure.IntroducedCommit, exposure.Dropped, exposure.StillServed));
    }

    [Fact]
    public async Task ForcePush_OfCommitsThatTheRemoteForgot_IsSaidInTheReport()
    {
        var (source, repository, first) = await ScannedAsync("leak/refused");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        source.Git("reset", "--quiet", "--hard", first);
        var clean = source.Commit("Other", ("b.txt", "b"));
        source.Git("reflog", "expire", "--expire=now", "--all");
        source.Git("gc", "--quiet", "--prune=now");

        var scan = await PushAsync(repository, Main, leaking, clean);

        Assert.Equal(ScanStatus.Partial, scan.Status);
        var skipped = Assert.Single(scan.Report!.Skipped);
        Assert.Equal("not-served", skipped.Reason);
        Assert.Contains(leaking[..12], skipped.Path, StringComparison.Ordinal);
        Assert.Empty(await worker.FindingsAsync(repository));
    }

    [Fact]
    public async Task SupersededPush_WithASecretThatTheNextOneTookAway_IsStillRead()
    {
        var (source, repository, first) = await ScannedAsync("leak/superseded");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        var mended = source.Commit("Mend", (Settings, null));
        var older = ScanOf(repository, Main, first, leaking, await DeliveryAsync());
        var newer = ScanOf(repository, Main, leaking, mended, await DeliveryAsync());
        (older.Status, older.SupersededById, older.CompletedAt) = (ScanStatus.Superseded, newer.Id, Received);

        await RunAsync(older, newer);

        var (finding, exposure) = await SecretAsync(repository);
        Assert.Equal((FindingState.Removed, leaking, Received), (finding.State, exposure.IntroducedCommit, exposure.FirstPushedAt));
    }

    [Fact]
    public async Task Tag_WithTheOnlyCommitThatHoldsASecret_OpensIt()
    {
        var (source, repository, first) = await ScannedAsync("leak/tag");
        source.Git("checkout", "--quiet", "--detach");
        source.Commit("Release", (Settings, DefectiveFiles.Settings), ("Dockerfile", DefectiveFiles.Dockerfile));
        source.Git("tag", "-a", "-m", "Release", "v1");
        var tag = source.Git("rev-parse", "refs/tags/v1");
        source.Git("checkout", "--quiet", "main");

        var scan = await PushAsync(repository, "refs/tags/v1", before: null, tag);

        var (finding, exposure) = await SecretAsync(repository);
        Assert.Equal((ScanStatus.Succeeded, FindingState.Open), (scan.Status, finding.State));
        Assert.Equal(["refs/tags/v1"], exposure.Refs);
        Assert.NotEqual(first, exposure.IntroducedCommit);
        Assert.Equal(Received, exposure.FirstPushedAt);
    }

    [Fact]
    public async Task DeletedBranch_WithASecret_LeavesItDropped()
    {
        var (source, repository, _) = await ScannedAsync("leak/deleted");
        source.Git("checkout", "--quiet", "-b", "topic");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        source.Git("checkout", "--quiet", "main");
        source.Git("branch", "--quiet", "-D", "topic");

        var scan = ScanOf(repository, "refs/heads/topic", leaking, after: null, await DeliveryAsync(), ScanKind.Dropped);
        await RunAsync(scan);

        var (finding, exposure) = await SecretAsync(repository);
        Assert.Equal((FindingState.Removed, leaking, true, true), (finding.State, exposure.IntroducedCommit, exposure.Dropped, exposure.StillServed));
        // Nobody saw the push that brought it.
        Assert.Null(exposure.FirstPushedAt);
    }

    [Fact]
    public async Task PullRequest_SecretInAnEarlierCommit_IsFound()
    {
        var (source, repository, first) = await ScannedAsync("leak/pull");
        source.Git("checkout", "--quiet", "-b", "topic");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        var head = source.Commit("Mend", (Settings, null));
        source.Git("update-ref", "refs/pull/7/head", head);
        source.Git("checkout", "--quiet", "main");
        source.Git("branch", "--quiet", "-D", "topic");
        var scan = ScanOf(repository, "refs/pull/7/head", null, head, await DeliveryAsync(), ScanKind.PullRequest, target: first);

        await RunAsync(scan);

        var (finding, exposure) = await SecretAsync(repository);
        Assert.Equal((FindingState.Removed, leaking), (finding.State, exposure.IntroducedCommit));
        Assert.Equal(["refs/pull/7/head"], exposure.Refs);
    }

    [Fact]
    public async Task Push_OfManyCommits_IsReadWholeFromAShallowMirror()
    {
        var (source, repository, first) = await ScannedAsync("leak/long");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        source.Commit("Mend", (Settings, null));
        for (var i = 0; i < 80; i++) source.Commit($"Go on {i}", ("a.txt", $"{i}"));

        var scan = await PushAsync(repository, Main, first, source.Head);

        var (_, exposure) = await SecretAsync(repository);
        Assert.Equal((ScanStatus.Succeeded, leaking), (scan.Status, exposure.IntroducedCommit));
    }

    [Fact]
    public async Task Attested_SecretThatStandsAndLeavesAndComesBack_IsReopenedOnlyThen()
    {
        var (source, repository, first) = await ScannedAsync("leak/back");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        await PushAsync(repository, Main, first, leaking);
        await AttestAsync(repository);

        var second = source.Commit("Go on", ("a.txt", "a"));
        await PushAsync(repository, Main, leaking, second);
        Assert.Equal(FindingState.Fixed, (await SecretAsync(repository)).Finding.State);

        var third = source.Commit("Mend", (Settings, null));
        await PushAsync(repository, Main, second, third);
        var (gone, rotated) = await SecretAsync(repository);
        Assert.Equal((FindingState.Fixed, "ann"), (gone.State, rotated.RotatedBy));

        await PushAsync(repository, Main, third, source.Commit("Break", (Settings, DefectiveFiles.Settings)));
        var (back, again) = await SecretAsync(repository);
        Assert.Equal((FindingState.Reopened, null, null), (back.State, again.RotatedAt, again.Rotation));
        Assert.Equal(leaking, again.IntroducedCommit);
    }

    /// <summary>Two scans that end close together both compare, and the first to look may be the last to write.</summary>
    [Fact]
    public async Task Comparison_OvertakenByALaterOne_IsNotWritten()
    {
        var (source, repository, first) = await ScannedAsync("leak/overtaken");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        await PushAsync(repository, Main, first, leaking);
        source.Git("reset", "--quiet", "--hard", first);
        await AskAgainAsync(repository);
        var (gate, earlier) = await ComparingAsync("leak/overtaken", repository);

        source.Git("reset", "--quiet", "--hard", leaking);
        await AskAgainAsync(repository);
        await AnotherWorkers().RefreshAsync(repository, Cancellation);
        gate.SetResult();
        await earlier;

        var (_, exposure) = await SecretAsync(repository);
        Assert.Equal((false, null, 1), (exposure.Dropped, exposure.StillServed, exposure.RefsTotal));
        Assert.Equal([Main], exposure.Refs);
    }

    [Fact]
    public async Task Comparison_WhileTheNextIsAskedFor_LeavesThatOneDue()
    {
        var (source, repository, first) = await ScannedAsync("leak/asked");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        await PushAsync(repository, Main, first, leaking);
        source.Git("reset", "--quiet", "--hard", first);
        await AskAgainAsync(repository);
        var (gate, earlier) = await ComparingAsync("leak/asked", repository);

        await AskAgainAsync(repository);
        gate.SetResult();
        await earlier;

        var (_, exposure) = await SecretAsync(repository);
        Assert.Equal((true, true, true), (exposure.Dropped, exposure.StillServed, exposure.RefsCompared < exposure.RefsAsked));
    }

    /// <summary>One that is asked for meanwhile is not made beside it, but after it.</summary>
    [Fact]
    public async Task Comparison_AskedForOfTheSameWorkerMeanwhile_FollowsTheFirst()
    {
        var (source, repository, first) = await ScannedAsync("leak/follows");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        await PushAsync(repository, Main, first, leaking);
        source.Git("reset", "--quiet", "--hard", first);
        await AskAgainAsync(repository);
        var reach = AnotherWorkers();
        var (gate, earlier) = await ComparingAsync("leak/follows", repository, reach);
        source.Git("reset", "--quiet", "--hard", leaking);
        await AskAgainAsync(repository);

        var later = reach.RefreshAsync(repository, Cancellation);
        await Task.Delay(TimeSpan.FromMilliseconds(300), Cancellation);
        var (_, before) = await SecretAsync(repository);
        Assert.True(before.RefsCompared < before.RefsAsked);
        gate.SetResult();
        await Task.WhenAll(earlier, later);

        var (_, exposure) = await SecretAsync(repository);
        Assert.Equal((false, 1, exposure.RefsAsked), (exposure.Dropped, exposure.RefsTotal, exposure.RefsCompared));
    }

    /// <summary>The next scan may be weeks away.</summary>
    [Fact]
    public async Task Comparison_ThatFailsForAMoment_IsMadeOnceMore()
    {
        var (source, repository, first) = await ScannedAsync("leak/moment");
        await PushAsync(repository, Main, first, source.Commit("Add", (Settings, DefectiveFiles.Settings)));
        await AskAgainAsync(repository);
        worker.GitHub.Faults.Next("GET", "/leak/moment.git/info/refs", new FakeFault.Status(503));

        await AnotherWorkers().RefreshAsync(repository, Cancellation);

        Assert.Equal(0, worker.GitHub.Faults.Count);
        var (_, exposure) = await SecretAsync(repository);
        Assert.Equal(exposure.RefsAsked, exposure.RefsCompared);
    }

    // A comparison that has looked at the refs and waits for the answer whether the dropped commit is still handed out.
    private async Task<(TaskCompletionSource Gate, Task Comparison)> ComparingAsync(string name, Repository repository, ExposureReach? reach = null)
    {
        var gate = new TaskCompletionSource();
        // The pull requests, the refs, and then the question.
        foreach (var until in new[] { Task.CompletedTask, Task.CompletedTask, gate.Task })
            worker.GitHub.Faults.Next("GET", $"/{name}.git/info/refs", new FakeFault.Slow(until));
        var comparison = (reach ?? AnotherWorkers()).RefreshAsync(repository, Cancellation);
        await worker.UntilAsync(_ => Task.FromResult(worker.GitHub.Faults.Count == 0), "the comparison asks");
        return (gate, comparison);
    }

    private ExposureReach AnotherWorkers() => ActivatorUtilities.CreateInstance<ExposureReach>(worker.Services);

    private async Task AskAgainAsync(Repository repository)
    {
        await using var database = worker.Database();
        await database.SecretExposures.Where(e => e.RepositoryId == repository.Id).ExecuteUpdateAsync(e => e.SetProperty(x => x.RefsAsked, x => x.RefsAsked + 1), Cancellation);
    }

    private async Task<(TestRepository Source, Repository Repository, string First)> ScannedAsync(string name)
    {
        var source = worker.GitHub.Create(name);
        var first = source.Commit("Begin", ("readme.md", "A shop"));
        var repository = await worker.AddRepositoryAsync(name);
        await worker.ScanAsync(repository, first);
        return (source, repository, first);
    }

    private async Task<Scan> PushAsync(Repository repository, string reference, string? before, string after)
    {
        var scan = ScanOf(repository, reference, before, after, await DeliveryAsync());
        await RunAsync(scan);
        return await worker.EndOfAsync(scan.Id);
    }

    private async Task RunAsync(params Scan[] scans)
    {
        await using var database = worker.Database();
        database.Scans.AddRange(scans);
        await database.SaveChangesAsync(Cancellation);
        await worker.Services.GetRequiredService<IScanQueue>().EnqueueAsync([.. scans.Where(s => s.Status == ScanStatus.Queued).Select(s => s.Id)], Cancellation);
        foreach (var scan in scans) await worker.EndOfAsync(scan.Id);
        // The refs are compared after the scan was written.
        await worker.UntilAsync(async d => !await d.SecretExposures.AnyAsync(e => e.RepositoryId == scans[0].RepositoryId && e.RefsCompared < e.RefsAsked, Cancellation), "the refs compared");
    }

    private static Scan ScanOf(
        Repository repository, string reference, string? before, string? after, Guid delivery, ScanKind kind = ScanKind.Push, string? target = null) => new()
        {
            RepositoryId = repository.Id,
            DeliveryId = delivery,
            RequestId = Guid.NewGuid().ToString(),
            Kind = kind,
            Lane = ScanLane.Push,
            Ref = reference,
            CommitSha = after,
            BeforeSha = before,
            BaseSha = target,
            QueuedAt = TimeProvider.System.GetUtcNow(),
        };

    private async Task<Guid> DeliveryAsync()
    {
        var delivery = new Delivery
        {
            DeliveryId = Guid.NewGuid().ToString(),
            Event = "push",
            RequestId = Guid.NewGuid().ToString(),
            Payload = [],
            ReceivedAt = Received,
            Outcome = DeliveryOutcome.Accepted,
        };
        await using var database = worker.Database();
        database.Deliveries.Add(delivery);
        await database.SaveChangesAsync(Cancellation);
        return delivery.Id;
    }

    private async Task<(Finding Finding, SecretExposure Exposure)> SecretAsync(Repository repository)
    {
        var finding = Assert.Single(await worker.FindingsAsync(repository));
        await using var database = worker.Database();
        var exposure = await database.SecretExposures.AsNoTracking().SingleAsync(e => e.FindingId == finding.Id, Cancellation);
        Assert.Equal(exposure.CommitsTotal, await database.SecretCommits.CountAsync((SecretCommit c) => c.FindingId == finding.Id, Cancellation));
        return (finding, exposure);
    }

    private async Task AttestAsync(Repository repository)
    {
        var (finding, _) = await SecretAsync(repository);
        await using var database = worker.Database();
        var exposure = await database.SecretExposures.SingleAsync(e => e.FindingId == finding.Id, Cancellation);
        exposure.Rotate(RotationProof.Attested, "ann", "In the vault", TimeProvider.System.GetUtcNow());
        await database.SaveChangesAsync(Cancellation);
        await database.Findings.Where(f => f.Id == finding.Id).ExecuteUpdateAsync(f => f.SetProperty(x => x.State, FindingState.Fixed), Cancellation);
    }
}
