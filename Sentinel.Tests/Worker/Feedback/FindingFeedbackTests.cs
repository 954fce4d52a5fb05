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

        await DecideAsync(finding.Id, FindingState.Reopened);
        Assert.Equal(("failure", false), (Check(pull).Conclusion, pull.ReviewComments.Any(c => c.IsResolved)));
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
