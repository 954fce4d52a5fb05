using Sentinel.Contracts.Scans;
using Sentinel.Data.Feedback;
using Sentinel.Data.Findings;
using Sentinel.Data.Outbox;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.Worker.Feedback;

/// <summary>Check runs at GitHub: one per scan's result, whole, and the same whatever goes wrong on the way.</summary>
public sealed class CheckHandlerTests : IAsyncLifetime
{
    private const string Runs = "/repos/acme/shop/check-runs";

    private FeedbackBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await FeedbackBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Check_FromQueuedToCompleted_IsOneRunThatIsUpdated()
    {
        await _bench.ScanAsync(null, []);
        await _bench.DrainAsync();
        var pull = await _bench.OpenAsync("change", ("src/app.ini", "region = eu\ntoken = x\n"));
        var finding = await _bench.FindingAsync("src/app.ini", 2);

        var scan = await _bench.QueueAsync(pull);
        await _bench.DrainAsync();
        var run = _bench.Fake.CheckRuns.Single(r => r.HeadSha == pull.HeadSha);
        Assert.Equal(("Sentinel", "queued", CheckRunName.Of(pull.Number, scan)), (run.Name, run.Status, run.ExternalId));
        // The App's homepage is the dashboard.
        Assert.Equal($"https://sentinel.example/scans/{scan}", run.DetailsUrl);

        await _bench.StartScanAsync(scan);
        await _bench.DrainAsync();
        Assert.Equal(("in_progress", "Analysing: 0 of 3 files"), (run.Status, run.Title));

        await _bench.CompleteAsync(scan, [finding]);
        await _bench.DrainAsync();
        Assert.Equal(("completed", "failure", "1 finding introduced by this change"), (run.Status, run.Conclusion, run.Title));
        Assert.Contains("where this change left `main`", run.Summary, StringComparison.Ordinal);
        var annotation = Assert.Single(run.Annotations);
        Assert.Equal(("src/app.ini", 2, "failure"), (annotation["path"]!.GetValue<string>(), annotation["start_line"]!.GetValue<int>(), annotation["annotation_level"]!.GetValue<string>()));
        Assert.Single(_bench.Fake.CheckRuns, r => r.HeadSha == pull.HeadSha);

        var calls = _bench.GitHub.Calls.Count;
        await _bench.RepeatAsync();
        await _bench.DrainAsync();
        Assert.Empty(_bench.WritesSince(calls));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Check_ManyAnnotations_AreWrittenInBatchesOnceEachAndCompletedWithTheLast(int lost)
    {
        await _bench.ScanAsync(null, []);
        await _bench.DrainAsync();
        var pull = await _bench.OpenAsync("change", ("src/app.ini", "token = x\n"));
        var findings = new List<Finding>();
        foreach (var line in Enumerable.Range(1, 120)) findings.Add(await _bench.FindingAsync("src/app.ini", line));
        await _bench.ScanAsync(pull, findings);
        // The answer to one of the three requests is lost although it was carried out.
        var calls = _bench.GitHub.Calls.Count;
        if (lost == 0) _bench.GitHub.Faults.Next("POST", Runs, new FakeFault.Reset(AfterActing: true));
        for (var skip = 1; skip < lost; skip++) _bench.GitHub.Faults.Next("PATCH", Runs + "/*", new FakeFault.Slow(Task.CompletedTask));
        if (lost > 0) _bench.GitHub.Faults.Next("PATCH", Runs + "/*", new FakeFault.Status(502, AfterActing: true));

        await _bench.DrainAsync();
        var run = _bench.Fake.CheckRuns.Single(r => r.HeadSha == pull.HeadSha);
        _bench.Time.Advance(TimeSpan.FromMinutes(10));
        await _bench.DrainAsync();

        Assert.Equal(("completed", 120), (run.Status, run.Annotations.Count));
        Assert.Equal(Enumerable.Range(1, 120), run.Annotations.Select(a => a["start_line"]!.GetValue<int>()).Order());
        Assert.Single(_bench.Fake.CheckRuns, r => r.HeadSha == pull.HeadSha);
        var writes = _bench.GitHub.Calls.Skip(calls).Where(c => c.Method is "POST" or "PATCH" && c.Path.StartsWith(Runs, StringComparison.Ordinal)).ToList();
        Assert.Equal(["in_progress", "in_progress", "completed"], writes.Select(c => c.Body!["status"]!.GetValue<string>()));
        Assert.Equal([50, 50, 20], writes.Select(c => c.Body!["output"]!["annotations"]!.AsArray().Count));
    }

    [Fact]
    public async Task Check_RateLimited_WaitsForTheResetAndCostsNoAttempt()
    {
        var scan = await _bench.QueueAsync();
        _bench.GitHub.Faults.Next("POST", Runs, new FakeFault.PrimaryLimit(TimeSpan.FromMinutes(30)));

        await _bench.DrainAsync();
        var waiting = Assert.Single(await _bench.LeftAsync());
        Assert.Equal((OutboxStatus.Pending, 0), (waiting.Status, waiting.Attempts));
        Assert.InRange(waiting.NextAttemptAt - _bench.Time.GetUtcNow(), TimeSpan.FromMinutes(29), TimeSpan.FromMinutes(31));

        _bench.Time.Advance(TimeSpan.FromMinutes(32));
        await _bench.DrainAsync();
        Assert.Equal(CheckRunName.Of(null, scan), Assert.Single(_bench.Fake.CheckRuns).ExternalId);
    }

    [Fact]
    public async Task Check_PermissionMissing_IsADeadLetterThatNamesIt()
    {
        _bench.Installation.Permissions["checks"] = "read";
        await _bench.QueueAsync();

        await _bench.DrainAsync();

        var dead = Assert.Single(await _bench.LeftAsync());
        Assert.Equal(OutboxStatus.DeadLettered, dead.Status);
        Assert.Contains("checks=write", dead.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_HeadSuperseded_IsNeutralAndTheNewHeadHasItsOwn()
    {
        await _bench.ScanAsync(null, []);
        var pull = await _bench.OpenAsync("change", ("a.txt", "a\n"));
        var first = await _bench.QueueAsync(pull);
        await _bench.DrainAsync();
        var old = _bench.Fake.CheckRuns.Single(r => r.HeadSha == pull.HeadSha);
        await _bench.PushAsync(pull, ("a.txt", "b\n"));

        await _bench.EndAsync(first, ScanStatus.Superseded);
        await _bench.ScanAsync(pull, []);
        await _bench.DrainAsync();

        Assert.Equal(("completed", "neutral"), (old.Status, old.Conclusion));
        Assert.Equal(("completed", "success"), _bench.Fake.CheckRuns.Where(r => r.HeadSha == pull.HeadSha).Select(r => (r.Status, r.Conclusion)).Single());
    }

    [Fact]
    public async Task Check_RunAgainAfterAnnotations_IsANewRunWithItsOwnResult()
    {
        await _bench.ScanAsync(null, []);
        var pull = await _bench.OpenAsync("change", ("src/app.ini", "token = x\n"));
        await _bench.ScanAsync(pull, [await _bench.FindingAsync("src/app.ini", 1)]);
        await _bench.DrainAsync();

        var again = await _bench.QueueAsync(pull, kind: ScanKind.Rerun);
        await _bench.DrainAsync();
        Assert.Equal(["completed", "queued"], _bench.Fake.CheckRuns.Where(r => r.HeadSha == pull.HeadSha).Select(r => r.Status));
        await _bench.CompleteAsync(again, []);
        await _bench.DrainAsync();

        Assert.Equal(["failure", "success"], _bench.Fake.CheckRuns.Where(r => r.HeadSha == pull.HeadSha).Select(r => r.Conclusion));
    }

    [Fact]
    public async Task Check_ScanGivenUp_FailsAndTheSameRunIsTakenUpAgain()
    {
        var scan = await _bench.QueueAsync();
        await _bench.EndAsync(scan, ScanStatus.DeadLettered, "The repository @acme/all could not be read.");
        await _bench.DrainAsync();
        var run = Assert.Single(_bench.Fake.CheckRuns);
        Assert.Equal("failure", run.Conclusion);
        Assert.Contains("@\u200Bacme/all could not be read", run.Summary, StringComparison.Ordinal);

        await _bench.EndAsync(scan, ScanStatus.Queued);
        await _bench.DrainAsync();

        Assert.Equal(("queued", null), (Assert.Single(_bench.Fake.CheckRuns).Status, run.Conclusion));
    }

    [Fact]
    public async Task Check_HeadOfTwoPullRequests_FailsWhenItFailsForOne()
    {
        var finding = await _bench.FindingAsync("src/app.ini", 1);
        await _bench.ScanAsync(null, []);
        var pull = await _bench.OpenAsync("change", ("src/app.ini", "token = x\n"));
        await _bench.ScanAsync(pull, [finding]);
        // A second one, into a branch that has the defect already.
        _bench.Fake.Git.Git("branch", "--force", "bad", "change~1");
        var second = _bench.Fake.OpenPullRequest(pull.User, "change", "bad");
        _bench.Fake.Git.Git("branch", "--force", "bad", "change");
        await _bench.DescribeAsync(second);
        var scan = await _bench.QueueAsync(second);
        await _bench.CompleteAsync(scan, [finding]);
        await _bench.DrainAsync();

        Assert.Equal("failure", _bench.Fake.CheckRuns.Last(r => r.HeadSha == pull.HeadSha).Conclusion);
    }

    [Fact]
    public async Task Check_MergeBaseNeverScanned_IsComparedWithTheBaseBranchAndSaysSo()
    {
        var (old, mine) = (await _bench.FindingAsync("old.ini", 1), await _bench.FindingAsync("src/app.ini", 1));
        var pull = await _bench.OpenAsync("change", ("src/app.ini", "token = x\n"));
        _bench.Fake.Git.Git("checkout", "--quiet", "main");
        _bench.Fake.Git.Commit("Go on", ("b.txt", "b\n"));
        await _bench.ScanAsync(null, [old]);
        await _bench.ScanAsync(pull, [old, mine]);
        await _bench.DrainAsync();

        var run = _bench.Fake.CheckRuns.Single(r => r.HeadSha == pull.HeadSha);
        Assert.Equal("1 finding introduced by this change", run.Title);
        Assert.Contains("the newest scan of `main`: the commit where this change left it was never scanned", run.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_MergeBaseScannedLongAgo_IsComparedWithThat()
    {
        var old = await _bench.FindingAsync("old.ini", 1);
        await _bench.ScanAsync(null, [old]);
        var pull = await _bench.OpenAsync("change", ("src/app.ini", "region = us\n"));
        _bench.Fake.Git.Git("checkout", "--quiet", "main");
        _bench.Fake.Git.Commit("Mend the old one", ("b.txt", "b\n"));
        await _bench.ScanAsync(null, []);
        await _bench.ScanAsync(pull, [old]);
        await _bench.DrainAsync();

        var run = _bench.Fake.CheckRuns.Single(r => r.HeadSha == pull.HeadSha);
        Assert.Equal(("success", "No new findings"), (run.Conclusion, run.Title));
        Assert.Contains("0 introduced by this change** · 1 there before", run.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_RulesAreNewerThanTheBase_OnlyWhatTheChangeWroteIsItsOwn()
    {
        var (untouched, mine) = (await _bench.FindingAsync("old.ini", 1), await _bench.FindingAsync("src/app.ini", 2));
        await _bench.ScanAsync(null, []);
        var pull = await _bench.OpenAsync("change", ("src/app.ini", "region = eu\ntoken = x\n"));
        await _bench.ScanAsync(pull, [untouched, mine], rules: "rules-2");
        await _bench.DrainAsync();

        var run = _bench.Fake.CheckRuns.Single(r => r.HeadSha == pull.HeadSha);
        Assert.Contains("**1 introduced by this change** · 0 there before · 1 by rules or advisories", run.Summary, StringComparison.Ordinal);
        Assert.Contains("It was scanned by other rules than this commit.", run.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_BaseIsBeingScanned_WaitsForItAndThenCompares()
    {
        var (old, mine) = (await _bench.FindingAsync("old.ini", 1), await _bench.FindingAsync("src/app.ini", 2));
        var main = await _bench.QueueAsync();
        var pull = await _bench.OpenAsync("change", ("src/app.ini", "region = eu\ntoken = x\n"));
        await _bench.ScanAsync(pull, [old, mine]);
        await _bench.DrainAsync();
        var run = _bench.Fake.CheckRuns.Single(r => r.HeadSha == pull.HeadSha);
        Assert.Equal(("in_progress", "Waiting for the base branch"), (run.Status, run.Title));

        await _bench.CompleteAsync(main, [old]);
        _bench.Time.Advance(TimeSpan.FromSeconds(20));
        await _bench.DrainAsync();

        Assert.Equal(("completed", "1 finding introduced by this change"), (run.Status, run.Title));
        Assert.Empty(await _bench.LeftAsync());
    }

    [Fact]
    public async Task Check_FirstScanOfTheDefaultBranch_BlamesNobody()
    {
        await _bench.ScanAsync(null, [await _bench.FindingAsync("old.ini", 1)]);
        await _bench.DrainAsync();

        var run = Assert.Single(_bench.Fake.CheckRuns);
        Assert.Equal(("success", "1 finding in the first scan", 0), (run.Conclusion, run.Title, run.Annotations.Count));
    }

    [Fact]
    public async Task Check_PushToTheDefaultBranch_IsComparedWithTheCommitBefore()
    {
        await _bench.ScanAsync(null, []);
        _bench.Fake.Git.Git("checkout", "--quiet", "main");
        var before = _bench.Fake.Git.Head;
        var after = _bench.Fake.Git.Commit("A token", ("src/app.ini", "token = x\n"));
        await _bench.ScanAsync(null, [await _bench.FindingAsync("src/app.ini", 1)], before: before);
        await _bench.DrainAsync();

        Assert.Equal(("failure", "1 finding introduced by this change"), _bench.Fake.CheckRuns.Where(r => r.HeadSha == after).Select(r => (r.Conclusion, r.Title)).Single());
    }
}
