using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Findings;
using Sentinel.Data.Feedback;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.Worker.Feedback;

/// <summary>What a person decides on the dashboard reaches the pull request without another scan.</summary>
public sealed class FindingFeedbackTests : IAsyncLifetime
{
    private FeedbackBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await FeedbackBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Dismissal_OfTheOnlyIntroducedFinding_MakesTheCheckGreenAndResolvesItsThread()
    {
        await _bench.ScanAsync(null, []);
        var pull = await _bench.OpenAsync("change", ("src/app.ini", "region = eu\ntoken = x\n"));
        var finding = await _bench.FindingAsync("src/app.ini", 2);
        await _bench.ScanAsync(pull, [finding]);
        await _bench.DrainAsync();
        Assert.Equal(("failure", 1), (Check(pull).Conclusion, pull.ReviewComments.Count));

        await DecideAsync(finding.Id, FindingState.Dismissed);
        Assert.Equal(("success", true), (Check(pull).Conclusion, pull.ReviewComments.All(c => c.IsResolved)));
        // Annotations can only be added: a new check run hides the one that has them.
        Assert.Equal([("failure", 1), ("success", 0)], Checks(pull));
        Assert.Contains("1 finding of this change stands in the code and was decided on", Check(pull).Summary, StringComparison.Ordinal);
        var summary = Assert.Single(_bench.Fake.IssueComments).Body;
        Assert.Contains("nothing that this pull request introduced is left to do", summary, StringComparison.Ordinal);
        Assert.DoesNotContain("fixed", summary, StringComparison.Ordinal);

        await DecideAsync(finding.Id, FindingState.Reopened);
        Assert.Equal(("failure", false), (Check(pull).Conclusion, pull.ReviewComments.Any(c => c.IsResolved)));
        Assert.Equal([("failure", 1), ("failure", 1)], Checks(pull));
    }

    /// <summary>A secret that only left the code is not fixed, and its rotation reaches the pull request that told of it.</summary>
    [Fact]
    public async Task Secret_ThatLeftTheCode_HasToBeRotatedBeforeItCountsAsFixed()
    {
        await _bench.ScanAsync(null, []);
        var pull = await _bench.OpenAsync("change", ("src/app.ini", "token = x\n"));
        var finding = await _bench.FindingAsync("src/app.ini", 1);
        await _bench.ScanAsync(pull, [finding]);
        await _bench.DrainAsync();
        await _bench.PushAsync(pull, ("src/app.ini", "region = eu\n"));
        await _bench.ScanAsync(pull, []);

        await DecideAsync(finding.Id, FindingState.Removed);
        Assert.Contains("**1 secret left the code and was not rotated.**", Assert.Single(_bench.Fake.IssueComments).Body, StringComparison.Ordinal);

        await DecideAsync(finding.Id, FindingState.Fixed);
        Assert.Contains("everything that this pull request had introduced is fixed", Assert.Single(_bench.Fake.IssueComments).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decision_OnAFindingOfNoOpenHead_WritesNothing()
    {
        await _bench.ScanAsync(null, []);
        var pull = await _bench.OpenAsync("change", ("src/app.ini", "token = x\n"));
        var finding = await _bench.FindingAsync("src/app.ini", 1);
        await _bench.ScanAsync(pull, [finding]);
        await _bench.DrainAsync();
        await _bench.DescribeAsync(pull, PullRequestState.Closed);
        var calls = _bench.GitHub.Calls.Count;

        await DecideAsync(finding.Id, FindingState.Dismissed);

        Assert.Equal(calls, _bench.GitHub.Calls.Count);
    }

    [Fact]
    public async Task Dismissal_OfOneOfTwo_LeavesTheAnnotationOfTheOtherAlone()
    {
        await _bench.ScanAsync(null, []);
        var pull = await _bench.OpenAsync("change", ("src/app.ini", "region = eu\ntoken = x\nother = y\n"));
        var (first, second) = (await _bench.FindingAsync("src/app.ini", 2), await _bench.FindingAsync("src/app.ini", 3));
        await _bench.ScanAsync(pull, [first, second]);
        await _bench.DrainAsync();

        await DecideAsync(first.Id, FindingState.Dismissed);
        await DecideAsync(second.Id, FindingState.Dismissed);
        await DecideAsync(first.Id, FindingState.Reopened);

        Assert.Equal([2, 1, 1], _bench.Fake.CheckRuns.Where(r => r.HeadSha == pull.HeadSha).Select(r => r.Annotations.Count));
        Assert.Equal(2, Assert.Single(Check(pull).Annotations)["start_line"]!.GetValue<int>());
        Assert.Equal("failure", Check(pull).Conclusion);
    }

    private List<(string?, int)> Checks(FakePullRequest pull) => [.. _bench.Fake.CheckRuns.Where(r => r.HeadSha == pull.HeadSha).Select(r => (r.Conclusion, r.Annotations.Count))];

    private FakeCheckRun Check(FakePullRequest pull) => _bench.Fake.CheckRuns.Last(r => r.HeadSha == pull.HeadSha);

    private async Task DecideAsync(Guid finding, FindingState state)
    {
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        await using (var database = _bench.Database())
        {
            await database.Findings.Where(f => f.Id == finding).ExecuteUpdateAsync(f => f.SetProperty(x => x.State, state), TestContext.Current.CancellationToken);
            await FindingFeedback.WriteAsync(database, _bench.Known.Id, finding, _bench.Time.GetUtcNow(), null, TestContext.Current.CancellationToken);
        }
        await _bench.DrainAsync();
    }
}
