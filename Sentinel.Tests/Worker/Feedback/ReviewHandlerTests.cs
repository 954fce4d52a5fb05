using Sentinel.Data.Feedback;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Worker.Feedback;

namespace Sentinel.Tests.Worker.Feedback;

/// <summary>What Sentinel says at a pull request: once, in place, and taken back when it is mended.</summary>
public sealed class ReviewHandlerTests : IAsyncLifetime
{
    private const string Pull = "/repos/acme/shop/pulls/1";
    private const string Comments = "/repos/acme/shop/issues/1/comments";

    private FeedbackBench _bench = null!;

    public async ValueTask InitializeAsync()
    {
        _bench = await FeedbackBench.StartAsync();
        await _bench.ScanAsync(null, []);
        await _bench.DrainAsync();
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Review_CleanPullRequest_SaysNothing()
    {
        var pull = await _bench.OpenAsync("change", ("a.txt", "a\n"));
        await _bench.ScanAsync(pull, []);
        await _bench.DrainAsync();

        Assert.Empty(_bench.Fake.IssueComments);
        Assert.Empty(pull.ReviewComments);
        Assert.Empty(await _bench.LeftAsync());
    }

    [Fact]
    public async Task Review_FindingThenFix_IsSaidOnceAndResolved()
    {
        var pull = await LeakAsync();
        await _bench.DrainAsync();
        var comment = Assert.Single(pull.ReviewComments);
        Assert.Equal(("src/app.ini", 2, false), (comment.Path, comment.Line, comment.IsResolved));
        Assert.Contains("1 finding introduced by this pull request", Assert.Single(_bench.Fake.IssueComments).Body, StringComparison.Ordinal);

        var calls = _bench.GitHub.Calls.Count;
        await _bench.RepeatAsync();
        await _bench.DrainAsync();
        Assert.Empty(_bench.WritesSince(calls));

        await _bench.PushAsync(pull, ("src/app.ini", "region = eu\ntoken = env\n"));
        await _bench.ScanAsync(pull, []);
        await _bench.DrainAsync();

        Assert.True(Assert.Single(pull.ReviewComments).IsResolved);
        Assert.Equal(_bench.GitHub.App.Bot, comment.ResolvedBy);
        Assert.Contains("everything that this pull request had introduced is fixed", Assert.Single(_bench.Fake.IssueComments).Body, StringComparison.Ordinal);
        Assert.Equal("success", _bench.Fake.CheckRuns.Last(r => r.HeadSha == pull.HeadSha).Conclusion);
    }

    [Theory]
    [InlineData("POST", Pull + "/reviews")]
    [InlineData("POST", Comments)]
    public async Task Review_AnswerLost_IsNotSaidTwice(string method, string path)
    {
        var pull = await LeakAsync();
        _bench.GitHub.Faults.Next(method, path, new FakeFault.Reset(AfterActing: true));

        await _bench.DrainAsync();
        _bench.Time.Advance(TimeSpan.FromMinutes(10));
        await _bench.DrainAsync();

        Assert.Single(pull.ReviewComments);
        Assert.Single(pull.Reviews);
        Assert.Single(_bench.Fake.IssueComments);
        Assert.Empty(await _bench.LeftAsync());
    }

    [Fact]
    public async Task Review_FindingIsBack_OpensItsThreadAgain()
    {
        var pull = await LeakAsync();
        await _bench.DrainAsync();
        await _bench.PushAsync(pull, ("src/app.ini", "region = eu\n"));
        await _bench.ScanAsync(pull, []);
        await _bench.DrainAsync();

        await _bench.PushAsync(pull, ("src/app.ini", "region = eu\ntoken = x\n"), ("b.txt", "b\n"));
        await using (var database = _bench.Database())
            await _bench.ScanAsync(pull, database.Findings.ToList());
        await _bench.DrainAsync();

        Assert.False(Assert.Single(pull.ReviewComments).IsResolved);
    }

    [Fact]
    public async Task Review_PersonCopiedTheMarks_IsLeftAlone()
    {
        var pull = await LeakAsync();
        var copied = _bench.Fake.AddComment(pull.Number, pull.User, ReviewPlanner.SummaryMarker + "\nmine");

        await _bench.DrainAsync();

        Assert.Equal(ReviewPlanner.SummaryMarker + "\nmine", copied.Body);
        Assert.Equal(2, _bench.Fake.IssueComments.Count);
        Assert.Single(pull.ReviewComments);
    }

    [Fact]
    public async Task Review_HeadMovedOnOrPullRequestClosed_SaysNothing()
    {
        var pull = await LeakAsync();
        _bench.Fake.Git.Git("checkout", "--quiet", "change");
        _bench.Fake.Git.Commit("Not announced yet", ("c.txt", "c\n"));
        await _bench.DrainAsync();
        Assert.Empty(pull.ReviewComments);

        await _bench.DescribeAsync(pull, PullRequestState.Closed);
        await _bench.RepeatAsync();
        await _bench.DrainAsync();

        Assert.Empty(pull.ReviewComments);
        Assert.Empty(_bench.Fake.IssueComments);
    }

    [Fact]
    public async Task Review_SomeoneElsesThread_IsNotResolved()
    {
        var pull = await LeakAsync();
        await _bench.DrainAsync();
        var own = Assert.Single(pull.ReviewComments);
        var theirs = new FakeReviewComment(77, pull, pull.User, "src/app.ini", _bench.Time.GetUtcNow()) { Body = own.Body, CommitId = pull.HeadSha, Line = 2 };
        pull.ReviewComments.Add(theirs);

        await _bench.PushAsync(pull, ("src/app.ini", "region = eu\n"));
        await _bench.ScanAsync(pull, []);
        await _bench.DrainAsync();

        Assert.Equal((true, false), (own.IsResolved, theirs.IsResolved));
    }

    private async Task<FakePullRequest> LeakAsync()
    {
        var pull = await _bench.OpenAsync("change", ("src/app.ini", "region = eu\ntoken = x\n"));
        await _bench.ScanAsync(pull, [await _bench.FindingAsync("src/app.ini", 2)]);
        return pull;
    }
}
