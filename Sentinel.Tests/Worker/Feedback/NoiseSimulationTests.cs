using Sentinel.Contracts.Findings;
using Sentinel.Data.Feedback;
using Sentinel.Data.Noise;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Worker.Feedback;
using Finding = Sentinel.Data.Findings.Finding;

namespace Sentinel.Tests.Worker.Feedback;

/// <summary>
/// A hundred pull requests of a team that mends everything but the findings of one rule: Sentinel stops commenting on that rule, says so,
/// and goes on with the others.
/// </summary>
public sealed class NoiseSimulationTests : IAsyncLifetime
{
    private const string Ignored = "ignored-rule";
    private const string Mended = "mended-rule";
    private const int PerPull = 8;
    private const int Cap = 5;

    private FeedbackBench _bench = null!;
    private int _next;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bench = await FeedbackBench.StartAsync();
        _bench.Fake.Git.Commit("Policy", (".sentinel.yml", $"version: 1\ncomments:\n  maximum: {Cap}\n"));
        await _bench.ScanAsync(null, []);
        await _bench.DrainAsync();
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task HundredPullRequests_OneRuleIsAlwaysIgnored_StopsCommentingAndComesBack()
    {
        for (var n = 1; n <= 100; n++)
        {
            var (comments, summary) = await LiveAsync();

            Assert.InRange(comments.Count, 1, Cap);
            Assert.Contains($"(`{Mended}`)", summary, StringComparison.Ordinal);
            Assert.True(Lists(summary) == (n <= NoiseBudget.LeastSettled), $"pull request {n}: {summary}");
            Assert.Equal(!Lists(summary), summary.Contains($"1 finding of rules that are rarely acted on here is in the check run and on the dashboard only: `{Ignored}`.", StringComparison.Ordinal));
            if (!Lists(summary)) Assert.DoesNotContain(comments, c => c.Body.Contains(Ignored, StringComparison.Ordinal));
        }
        Assert.Equal((10, 0, 10), await FiguresAsync(Ignored));
        Assert.Equal((700, 700, 0), await FiguresAsync(Mended));

        await AlwaysAsync(on: true);
        Assert.True(Lists((await LiveAsync()).Summary));
        await AlwaysAsync(on: false);
        Assert.False(Lists((await LiveAsync()).Summary));

        _bench.Time.Advance(NoiseBudget.Window);
        Assert.True(Lists((await LiveAsync()).Summary));
        Assert.Empty(await _bench.LeftAsync());
    }

    // A pull request with one finding of the ignored rule and others that are mended before it is merged; what it was told at first.
    private async Task<(IReadOnlyList<FakeReviewComment> Comments, string Summary)> LiveAsync()
    {
        var (number, file) = (++_next, $"src/f{_next}.txt");
        var pull = await _bench.OpenAsync($"change-{number}", (file, string.Concat(Enumerable.Range(1, PerPull).Select(line => $"{line}\n"))));
        var findings = new List<Finding>();
        for (var line = 1; line <= PerPull; line++) findings.Add(await _bench.FindingAsync(file, line, Severity.Medium, line == 1 ? Ignored : Mended));
        await _bench.ScanAsync(pull, findings);
        await _bench.DrainAsync();
        var summary = Assert.Single(_bench.Fake.IssueComments, c => c.Number == pull.Number).Body;
        FakeReviewComment[] comments = [.. pull.ReviewComments];

        await _bench.PushAsync(pull, (file, "1\n"));
        await _bench.ScanAsync(pull, findings.Where(f => f.RuleId == Ignored));
        await _bench.DescribeAsync(pull, PullRequestState.Merged);
        await _bench.DrainAsync();
        _bench.Time.Advance(TimeSpan.FromHours(1));
        return (comments, summary);
    }

    private static bool Lists(string summary) => summary.Contains($"(`{Ignored}`)", StringComparison.Ordinal);

    private async Task<(int Told, int ActedOn, int NotActedOn)> FiguresAsync(string rule)
    {
        await using var database = _bench.Database();
        var figures = Assert.Single(await NoiseFigures.ReadAsync(database, _bench.Known.Id, rule, _bench.Time.GetUtcNow(), Token));
        return (figures.Told, figures.ActedOn, figures.NotActedOn);
    }

    private async Task AlwaysAsync(bool on)
    {
        await using var database = _bench.Database();
        var setting = new RuleCommentSetting { RepositoryId = _bench.Known.Id, RuleId = Ignored, ChangedBy = "mira", ChangedAt = _bench.Time.GetUtcNow() };
        if (on) database.RuleCommentSettings.Add(setting);
        else database.RuleCommentSettings.Remove(setting);
        await database.SaveChangesAsync(Token);
    }
}
