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

/// <summary>Comparing leaked secrets with the remote's refs, also when several compare at once.</summary>
public sealed class ExposureReachTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    private const string Main = "refs/heads/main";
    private const string Settings = "settings.ini";

    private readonly ExposureBench _bench = new(worker);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Two scans that end close together both compare, and the first to look may be the last to write.</summary>
    [Fact]
    public async Task Comparison_OvertakenByALaterOne_IsNotWritten()
    {
        var (source, repository, first) = await _bench.ScannedAsync("leak/overtaken");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        await _bench.PushAsync(repository, Main, first, leaking);
        source.Git("reset", "--quiet", "--hard", first);
        await AskAgainAsync(repository);
        var (gate, earlier) = await ComparingAsync("leak/overtaken", repository);

        source.Git("reset", "--quiet", "--hard", leaking);
        await AskAgainAsync(repository);
        await AnotherWorkers().RefreshAsync(repository, Cancellation);
        gate.SetResult();
        await earlier;

        var (_, exposure) = await _bench.SecretAsync(repository);
        Assert.Equal((false, null, 1), (exposure.Dropped, exposure.StillServed, exposure.RefsTotal));
        Assert.Equal([Main], exposure.Refs);
    }

    [Fact]
    public async Task Comparison_WhileTheNextIsAskedFor_LeavesThatOneDue()
    {
        var (source, repository, first) = await _bench.ScannedAsync("leak/asked");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        await _bench.PushAsync(repository, Main, first, leaking);
        source.Git("reset", "--quiet", "--hard", first);
        await AskAgainAsync(repository);
        var (gate, earlier) = await ComparingAsync("leak/asked", repository);

        await AskAgainAsync(repository);
        gate.SetResult();
        await earlier;

        var (_, exposure) = await _bench.SecretAsync(repository);
        Assert.Equal((true, true, true), (exposure.Dropped, exposure.StillServed, exposure.RefsCompared < exposure.RefsAsked));
    }

    /// <summary>One that is asked for meanwhile is not made beside it, but after it.</summary>
    [Fact]
    public async Task Comparison_AskedForOfTheSameWorkerMeanwhile_FollowsTheFirst()
    {
        var (source, repository, first) = await _bench.ScannedAsync("leak/follows");
        var leaking = source.Commit("Add", (Settings, DefectiveFiles.Settings));
        await _bench.PushAsync(repository, Main, first, leaking);
        source.Git("reset", "--quiet", "--hard", first);
        await AskAgainAsync(repository);
        var reach = AnotherWorkers();
        var (gate, earlier) = await ComparingAsync("leak/follows", repository, reach);
        source.Git("reset", "--quiet", "--hard", leaking);
        await AskAgainAsync(repository);

        var later = reach.RefreshAsync(repository, Cancellation);
        await Task.Delay(TimeSpan.FromMilliseconds(300), Cancellation);
        var (_, before) = await _bench.SecretAsync(repository);
        Assert.True(before.RefsCompared < before.RefsAsked);
        gate.SetResult();
        await Task.WhenAll(earlier, later);

        var (_, exposure) = await _bench.SecretAsync(repository);
        Assert.Equal((false, 1, exposure.RefsAsked), (exposure.Dropped, exposure.RefsTotal, exposure.RefsCompared));
    }

    /// <summary>The next scan may be weeks away.</summary>
    [Fact]
    public async Task Comparison_ThatFailsForAMoment_IsMadeOnceMore()
    {
        var (source, repository, first) = await _bench.ScannedAsync("leak/moment");
        await _bench.PushAsync(repository, Main, first, source.Commit("Add", (Settings, DefectiveFiles.Settings)));
        await AskAgainAsync(repository);
        worker.GitHub.Faults.Next("GET", "/leak/moment.git/info/refs", new FakeFault.Status(503));

        await AnotherWorkers().RefreshAsync(repository, Cancellation);

        Assert.Equal(0, worker.GitHub.Faults.Count);
        var (_, exposure) = await _bench.SecretAsync(repository);
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
}
