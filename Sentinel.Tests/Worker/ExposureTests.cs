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

    private readonly ExposureBench _bench = new(worker);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Push_SecretAddedAndRemovedOnTheWay_IsFoundWithItsAuthor()
    {
        var (source, repository, first) = await _bench.ScannedAsync("leak/middle");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        source.Commit("Go on", ("a.txt", "a"));
        var last = source.Commit("Mend", (Settings, null));

        var scan = await _bench.PushAsync(repository, Main, first, last);

        var (finding, exposure) = await _bench.SecretAsync(repository);
        Assert.Equal((ScanStatus.Succeeded, FindingState.Removed, Settings, 2), (scan.Status, finding.State, finding.Path, finding.StartLine));
        Assert.Equal(("Test", "test@acme.example", leaking), (exposure.AuthorName, exposure.AuthorEmail, exposure.IntroducedCommit));
        Assert.Equal((ExposureBench.Received, 1, false), (exposure.FirstPushedAt, exposure.CommitsTotal, exposure.Dropped));
        Assert.Equal([Main], exposure.Refs);
        Assert.Equal((1, 0), (scan.FindingsOpened, scan.FindingsClosed));
        var opened = Assert.Single(await worker.EventsAsync(finding.Id));
        Assert.Equal((FindingEventKind.Opened, FindingState.Removed, leaking), (opened.Kind, opened.ToState, opened.CommitSha));
    }

    [Fact]
    public async Task Push_SameRangeTwice_ChangesNothing()
    {
        var (source, repository, first) = await _bench.ScannedAsync("leak/again");
        source.Commit("Add", (Settings, DefectiveFiles.Settings));
        var last = source.Commit("Mend", (Settings, null));
        await _bench.PushAsync(repository, Main, first, last);
        var (finding, before) = await _bench.SecretAsync(repository);

        var second = await _bench.PushAsync(repository, Main, first, last);

        var (same, after) = await _bench.SecretAsync(repository);
        Assert.Equal((finding.Id, FindingState.Removed), (same.Id, same.State));
        Assert.Equal((before.IntroducedCommit, before.CommitsTotal, before.FirstPushedAt), (after.IntroducedCommit, after.CommitsTotal, after.FirstPushedAt));
        Assert.Equal((0, 0), (second.FindingsOpened, second.FindingsClosed));
        Assert.Single(await worker.EventsAsync(finding.Id));
    }

    [Fact]
    public async Task ForcePush_OverASecret_LeavesItRemovedAndStillServed()
    {
        var (source, repository, first) = await _bench.ScannedAsync("leak/forced");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        await _bench.PushAsync(repository, Main, first, leaking);
        var (open, reached) = await _bench.SecretAsync(repository);
        Assert.Equal((FindingState.Open, false), (open.State, reached.Dropped));
        source.Git("reset", "--quiet", "--hard", first);
        var clean = source.Commit("Other", ("b.txt", "b"));

        var scan = await _bench.PushAsync(repository, Main, leaking, clean);

        var (finding, exposure) = await _bench.SecretAsync(repository);
        Assert.Equal((open.Id, FindingState.Removed, leaking), (finding.Id, finding.State, exposure.IntroducedCommit));
        Assert.Equal((true, true, 0), (exposure.Dropped, exposure.StillServed, exposure.RefsTotal));
        Assert.Equal((ExposureBench.Received, null), (exposure.FirstPushedAt, exposure.RotatedAt));
        Assert.Equal((ScanStatus.Succeeded, 0), (scan.Status, scan.FindingsClosed));
    }

    [Fact]
    public async Task ForcePush_BeforeTheSecretWasScanned_StillFindsIt()
    {
        var (source, repository, first) = await _bench.ScannedAsync("leak/unseen");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        source.Git("reset", "--quiet", "--hard", first);
        var clean = source.Commit("Other", ("b.txt", "b"));

        await _bench.PushAsync(repository, Main, leaking, clean);

        var (finding, exposure) = await _bench.SecretAsync(repository);
        Assert.Equal((FindingState.Removed, leaking, true, true), (finding.State, exposure.IntroducedCommit, exposure.Dropped, exposure.StillServed));
    }

    [Fact]
    public async Task ForcePush_OfCommitsThatTheRemoteForgot_IsSaidInTheReport()
    {
        var (source, repository, first) = await _bench.ScannedAsync("leak/refused");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        source.Git("reset", "--quiet", "--hard", first);
        var clean = source.Commit("Other", ("b.txt", "b"));
        source.Git("reflog", "expire", "--expire=now", "--all");
        source.Git("gc", "--quiet", "--prune=now");

        var scan = await _bench.PushAsync(repository, Main, leaking, clean);

        Assert.Equal(ScanStatus.Partial, scan.Status);
        var skipped = Assert.Single(scan.Report!.Skipped);
        Assert.Equal("not-served", skipped.Reason);
        Assert.Contains(leaking[..12], skipped.Path, StringComparison.Ordinal);
        Assert.Empty(await worker.FindingsAsync(repository));
    }

    [Fact]
    public async Task SupersededPush_WithASecretThatTheNextOneTookAway_IsStillRead()
    {
        var (source, repository, first) = await _bench.ScannedAsync("leak/superseded");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        var mended = source.Commit("Mend", (Settings, null));
        var older = ExposureBench.ScanOf(repository, Main, first, leaking, await _bench.DeliveryAsync());
        var newer = ExposureBench.ScanOf(repository, Main, leaking, mended, await _bench.DeliveryAsync());
        (older.Status, older.SupersededById, older.CompletedAt) = (ScanStatus.Superseded, newer.Id, ExposureBench.Received);

        await _bench.RunAsync(older, newer);

        var (finding, exposure) = await _bench.SecretAsync(repository);
        Assert.Equal((FindingState.Removed, leaking, ExposureBench.Received), (finding.State, exposure.IntroducedCommit, exposure.FirstPushedAt));
    }

    [Fact]
    public async Task Tag_WithTheOnlyCommitThatHoldsASecret_OpensIt()
    {
        var (source, repository, first) = await _bench.ScannedAsync("leak/tag");
        source.Git("checkout", "--quiet", "--detach");
        source.Commit("Release", (Settings, DefectiveFiles.Settings), ("Dockerfile", DefectiveFiles.Dockerfile));
        source.Git("tag", "-a", "-m", "Release", "v1");
        var tag = source.Git("rev-parse", "refs/tags/v1");
        source.Git("checkout", "--quiet", "main");

        var scan = await _bench.PushAsync(repository, "refs/tags/v1", before: null, tag);

        var (finding, exposure) = await _bench.SecretAsync(repository);
        Assert.Equal((ScanStatus.Succeeded, FindingState.Open), (scan.Status, finding.State));
        Assert.Equal(["refs/tags/v1"], exposure.Refs);
        Assert.NotEqual(first, exposure.IntroducedCommit);
        Assert.Equal(ExposureBench.Received, exposure.FirstPushedAt);
    }

    [Fact]
    public async Task DeletedBranch_WithASecret_LeavesItDropped()
    {
        var (source, repository, _) = await _bench.ScannedAsync("leak/deleted");
        source.Git("checkout", "--quiet", "-b", "topic");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        source.Git("checkout", "--quiet", "main");
        source.Git("branch", "--quiet", "-D", "topic");

        var scan = ExposureBench.ScanOf(repository, "refs/heads/topic", leaking, after: null, await _bench.DeliveryAsync(), ScanKind.Dropped);
        await _bench.RunAsync(scan);

        var (finding, exposure) = await _bench.SecretAsync(repository);
        Assert.Equal((FindingState.Removed, leaking, true, true), (finding.State, exposure.IntroducedCommit, exposure.Dropped, exposure.StillServed));
        // Nobody saw the push that brought it.
        Assert.Null(exposure.FirstPushedAt);
    }

    [Fact]
    public async Task PullRequest_SecretInAnEarlierCommit_IsFound()
    {
        var (source, repository, first) = await _bench.ScannedAsync("leak/pull");
        source.Git("checkout", "--quiet", "-b", "topic");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        var head = source.Commit("Mend", (Settings, null));
        source.Git("update-ref", "refs/pull/7/head", head);
        source.Git("checkout", "--quiet", "main");
        source.Git("branch", "--quiet", "-D", "topic");
        var scan = ExposureBench.ScanOf(repository, "refs/pull/7/head", null, head, await _bench.DeliveryAsync(), ScanKind.PullRequest, target: first);

        await _bench.RunAsync(scan);

        var (finding, exposure) = await _bench.SecretAsync(repository);
        Assert.Equal((FindingState.Removed, leaking), (finding.State, exposure.IntroducedCommit));
        Assert.Equal(["refs/pull/7/head"], exposure.Refs);
    }

    [Fact]
    public async Task Push_OfManyCommits_IsReadWholeFromAShallowMirror()
    {
        var (source, repository, first) = await _bench.ScannedAsync("leak/long");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        source.Commit("Mend", (Settings, null));
        for (var i = 0; i < 80; i++) source.Commit($"Go on {i}", ("a.txt", $"{i}"));

        var scan = await _bench.PushAsync(repository, Main, first, source.Head);

        var (_, exposure) = await _bench.SecretAsync(repository);
        Assert.Equal((ScanStatus.Succeeded, leaking), (scan.Status, exposure.IntroducedCommit));
    }

    [Fact]
    public async Task Attested_SecretThatStandsAndLeavesAndComesBack_IsReopenedOnlyThen()
    {
        var (source, repository, first) = await _bench.ScannedAsync("leak/back");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        await _bench.PushAsync(repository, Main, first, leaking);
        await AttestAsync(repository);

        var second = source.Commit("Go on", ("a.txt", "a"));
        await _bench.PushAsync(repository, Main, leaking, second);
        Assert.Equal(FindingState.Fixed, (await _bench.SecretAsync(repository)).Finding.State);

        var third = source.Commit("Mend", (Settings, null));
        await _bench.PushAsync(repository, Main, second, third);
        var (gone, rotated) = await _bench.SecretAsync(repository);
        Assert.Equal((FindingState.Fixed, "ann"), (gone.State, rotated.RotatedBy));

        await _bench.PushAsync(repository, Main, third, source.Commit("Break", (Settings, DefectiveFiles.Settings)));
        var (back, again) = await _bench.SecretAsync(repository);
        Assert.Equal((FindingState.Reopened, null, null), (back.State, again.RotatedAt, again.Rotation));
        Assert.Equal(leaking, again.IntroducedCommit);
    }

    private async Task AttestAsync(Repository repository)
    {
        var (finding, _) = await _bench.SecretAsync(repository);
        await using var database = worker.Database();
        var exposure = await database.SecretExposures.SingleAsync(e => e.FindingId == finding.Id, Cancellation);
        exposure.Rotate(RotationProof.Attested, "ann", "In the vault", TimeProvider.System.GetUtcNow());
        await database.SaveChangesAsync(Cancellation);
        await database.Findings.Where(f => f.Id == finding.Id).ExecuteUpdateAsync(f => f.SetProperty(x => x.State, FindingState.Fixed), Cancellation);
    }
}
