using Sentinel.Contracts.Findings;
using Sentinel.GitHub.PullRequests;
using Sentinel.Worker.Feedback;

namespace Sentinel.Tests.Worker.Feedback;

/// <summary>The difference between the review that a pull request should have and the one it has.</summary>
public sealed class ReviewPlannerTests
{
    private static readonly DiffLines Diff = new([("src/app.ini", "@@ -1,1 +1,9 @@\n a\n" + string.Join('\n', Enumerable.Repeat("+b", 8)))]);

    private static readonly ExistingReview Nothing = new(null, []);

    [Fact]
    public void Plan_CleanPullRequest_WritesNothing() => IsEmpty(ReviewPlanner.Plan(States.State(before: 3), Diff, Nothing));

    [Fact]
    public void Plan_FindingInTheDiff_IsCommentedAndSummedUp()
    {
        var plan = ReviewPlanner.Plan(States.State(findings: States.Finding()), Diff, Nothing);

        var comment = Assert.Single(plan.Add);
        Assert.Equal(("src/app.ini", 3, (int?)null, "RIGHT"), (comment.Path, comment.Line, comment.StartLine, comment.Side));
        Assert.Equal("00000000000000000000000000000001-0", ReviewPlanner.KeyOf(comment.Body));
        Assert.StartsWith(ReviewPlanner.SummaryMarker, plan.Summary, StringComparison.Ordinal);
        Assert.Contains("1 finding introduced by this pull request", plan.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_Again_PlansNothing()
    {
        var state = States.State(findings: [States.Finding(1), States.Finding(2, line: 5)]);

        IsEmpty(ReviewPlanner.Plan(state, Diff, After(ReviewPlanner.Plan(state, Diff, Nothing), crlf: true)));
    }

    [Fact]
    public void Plan_FindingMoved_IsNotCommentedAgain()
    {
        var first = ReviewPlanner.Plan(States.State(findings: States.Finding()), Diff, Nothing);

        var next = ReviewPlanner.Plan(States.State(findings: States.Finding(line: 6)), Diff, After(first));

        Assert.Equal((0, 0, 0), (next.Add.Count, next.Edit.Count, next.Resolve.Count));
        Assert.Contains("src/app.ini:6", next.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_FindingFixed_ResolvesItsThreadAndSaysSo()
    {
        var first = ReviewPlanner.Plan(States.State(findings: States.Finding()), Diff, Nothing);

        var next = ReviewPlanner.Plan(States.State(), Diff, After(first));

        Assert.Equal(["thread-0"], next.Resolve);
        Assert.Contains("everything that this pull request had introduced is fixed", next.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, new[] { "thread-0" })]
    [InlineData(false, new string[0])]
    public void Plan_FindingIsBack_OpensOnlyWhatSentinelResolved(bool byUs, string[] unresolved)
    {
        var state = States.State(findings: States.Finding());
        var after = After(ReviewPlanner.Plan(state, Diff, Nothing));

        var next = ReviewPlanner.Plan(state, Diff, after with { Threads = [after.Threads[0] with { IsResolved = true, ResolvedByUs = byUs }] });

        Assert.Equal(unresolved, next.Unresolve);
        Assert.Equal((0, 0), (next.Add.Count, next.Edit.Count));
    }

    [Fact]
    public void Plan_ProvedFix_IsSuggestedOnTheLinesItReplaces()
    {
        var comment = Assert.Single(ReviewPlanner.Plan(States.State(findings: States.Finding() with { Fix = Fix(3, 4) }), Diff, Nothing).Add);

        Assert.Contains("**Proved fix:** It does what it says.", comment.Body, StringComparison.Ordinal);
        Assert.EndsWith("\n\n```suggestion\ntoken = env(TOKEN)\n```", comment.Body, StringComparison.Ordinal);
        Assert.Equal((3, 4), (comment.StartLine!.Value, comment.Line));
    }

    [Fact]
    public void Plan_FixThatDeletes_SuggestsNothingInItsPlace() => Assert.EndsWith(
        "\n\n```suggestion\n```",
        Assert.Single(ReviewPlanner.Plan(States.State(findings: States.Finding() with { Fix = Fix(3, 3) with { Replacement = null } }), Diff, Nothing).Add).Body, StringComparison.Ordinal);

    /// <summary>A suggestion replaces the lines of its comment, and a comment never changes its lines.</summary>
    [Theory]
    [InlineData(3, true)]
    [InlineData(5, false)]
    public void Plan_FixThatComesLater_IsSuggestedOnlyWhereTheCommentStandsAtItsLines(int line, bool suggested)
    {
        var finding = States.Finding() with { Number = 4 };
        var after = After(ReviewPlanner.Plan(States.State(findings: finding), Diff, Nothing));

        var next = ReviewPlanner.Plan(States.State(findings: finding with { Fix = Fix(line, line) }), Diff, after);

        Assert.Equal(suggested, Assert.Single(next.Edit).Body.Contains("```suggestion", StringComparison.Ordinal));
        Assert.Equal(!suggested, next.Edit[0].Body.EndsWith("`/sentinel fix 4` shows it.", StringComparison.Ordinal));
    }

    [Fact]
    public void Plan_FixOutsideTheDiff_IsNotSuggested()
    {
        var comment = Assert.Single(ReviewPlanner.Plan(States.State(findings: States.Finding() with { Fix = Fix(9, 12), Number = 1 }), Diff, Nothing).Add);

        Assert.DoesNotContain("suggestion", comment.Body, StringComparison.Ordinal);
        Assert.EndsWith("`/sentinel fix 1` shows it.", comment.Body, StringComparison.Ordinal);
        Assert.Equal((3, null), (comment.Line, comment.StartLine));
    }

    [Fact]
    public void Plan_ManyFindings_CommentsTheWorstAndLinksTheRest()
    {
        JudgedFinding[] findings = [.. Enumerable.Range(1, 25).Select(i => States.Finding(i, line: (i % 9) + 1))];

        var plan = ReviewPlanner.Plan(States.State(findings: findings), Diff, Nothing);

        Assert.Equal(findings.Take(10).Select(f => f.Key), plan.Add.Select(c => ReviewPlanner.KeyOf(c.Body)));
        Assert.Equal(25, plan.Summary!.Split('\n').Count(l => l.StartsWith("- **", StringComparison.Ordinal)));
    }

    [Fact]
    public void Plan_OutsideTheDiffOrOfNoWeight_IsOnlySummedUp()
    {
        var plan = ReviewPlanner.Plan(States.State(findings: [States.Finding(1, path: "other.ini"), States.Finding(2, severity: Severity.Info)]), Diff, Nothing);

        Assert.Empty(plan.Add);
        Assert.Contains("1 finding introduced", plan.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_OldAndNewRuleFindings_AreLeftToTheCheckRun() =>
        IsEmpty(ReviewPlanner.Plan(States.State(findings: States.Finding(origin: FindingOrigin.NewRule)), Diff, Nothing));

    [Fact]
    public void Plan_HugeHostileSummary_StaysWithinGitHubsLimit()
    {
        JudgedFinding[] findings = [.. Enumerable.Range(1, 200).Select(i => States.Finding(i, title: string.Concat(Enumerable.Repeat("@a|", 100)), path: $"{i}/{new string('ü', 300)}"))];

        Assert.InRange(ReviewPlanner.Plan(States.State(findings: findings), Diff, Nothing).Summary!.Length, 1000, PullRequestCalls.MaxComment);
    }

    [Fact]
    public void Plan_LowConfidence_IsToldAsDoubtfulAndNotFailing()
    {
        var plan = ReviewPlanner.Plan(States.State(findings: States.Finding(confidence: Confidence.Low)), Diff, Nothing);

        Assert.Contains("**Low confidence:** this may be none. It does not fail the check.", Assert.Single(plan.Add).Body, StringComparison.Ordinal);
        Assert.Contains("· low confidence, does not fail the check", plan.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain("ow confidence", ReviewPlanner.Plan(States.State(findings: States.Finding()), Diff, Nothing).Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_BelowTheFloor_IsCounted() => Assert.Contains(
        "\n1 more finding below medium severity is in the check run only.\n",
        ReviewPlanner.Plan(States.State(findings: [States.Finding(1), States.Finding(2, severity: Severity.Low)]), Diff, Nothing).Summary, StringComparison.Ordinal);

    [Theory]
    [InlineData(0, 0, "everything that this pull request had introduced is fixed", "")]
    [InlineData(2, 0, "nothing that this pull request introduced is left to do", "2 findings of this change stand in the code and were decided on")]
    [InlineData(0, 1, "nothing that this pull request introduced is left in its code", "**1 secret left the code and was not rotated.**")]
    [InlineData(1, 2, "nothing that this pull request introduced is left in its code", "**2 secrets left the code and were not rotated.**")]
    public void Plan_NothingLeft_SaysWhatBecameOfIt(int settled, int removed, string title, string sentence)
    {
        var told = After(ReviewPlanner.Plan(States.State(findings: States.Finding()), Diff, Nothing));

        var summary = ReviewPlanner.Plan(States.State() with { Settled = settled, RemovedSecrets = removed }, Diff, told).Summary;

        Assert.Contains(title, summary, StringComparison.Ordinal);
        Assert.Contains(sentence, summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_WithADashboard_LinksTheFindingAndTheScan()
    {
        var finding = States.Finding();
        var plan = ReviewPlanner.Plan(States.State(findings: finding) with { Dashboard = "https://sentinel.example" }, Diff, Nothing);

        Assert.Contains($"(https://sentinel.example/findings/{finding.Id})", Assert.Single(plan.Add).Body, StringComparison.Ordinal);
        Assert.Contains("[on the dashboard](https://sentinel.example/scans/00000000-0000-7000-8000-000000000001)", plan.Summary, StringComparison.Ordinal);
    }

    /// <summary>What GitHub has after a plan was written.</summary>
    private static ExistingReview After(ReviewPlan plan, bool crlf = false) => new(
        new ExistingComment(900, Sent(plan.Summary!, crlf)),
        [.. plan.Add.Select((c, i) => new ReviewThread($"thread-{i}", i, Sent(c.Body, crlf), IsOwn: true, IsResolved: false, ResolvedByUs: false) { Path = c.Path, StartLine = c.StartLine ?? c.Line, EndLine = c.Line })]);

    private static ProvedFix Fix(int startLine, int endLine) => new(startLine, endLine, "token = env(TOKEN)", "It does what it says.", "test/test@1");

    private static string Sent(string body, bool crlf) => crlf ? body.ReplaceLineEndings("\r\n") : body;

    private static void IsEmpty(ReviewPlan plan) =>
        Assert.Equal((0, 0, 0, 0, null), (plan.Add.Count, plan.Edit.Count, plan.Resolve.Count, plan.Unresolve.Count, plan.Summary));
}
