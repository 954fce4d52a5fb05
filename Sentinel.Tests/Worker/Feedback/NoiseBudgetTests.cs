using CsCheck;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Noise;
using Sentinel.Scanning.Policies;
using Sentinel.Worker.Feedback;
using FindingOrigin = Sentinel.Worker.Feedback.FindingOrigin;

namespace Sentinel.Tests.Worker.Feedback;

/// <summary>Which rules stop commenting, and what that changes: the comments, and nothing else.</summary>
public sealed class NoiseBudgetTests
{
    private static readonly DiffLines Diff = new([("src/app.ini", "@@ -1,1 +1,99 @@\n a\n" + string.Join('\n', Enumerable.Repeat("+b", 98)))]);

    private static readonly ExistingReview Nothing = new(null, []);

    [Theory]
    [InlineData(0, 9, 10, false)]
    [InlineData(0, 10, 10, true)]
    [InlineData(1, 9, 10, false)]
    [InlineData(1, 10, 10, true)]
    [InlineData(10, 90, 10, false)]
    [InlineData(9, 91, 10, true)]
    [InlineData(0, 1000, 0, false)]
    [InlineData(99, 1, 100, true)]
    [InlineData(100, 0, 100, false)]
    public void IsSilent_Figures_Decide(int actedOn, int not, int minimum, bool silent) => Assert.Equal(silent, NoiseBudget.IsSilent(Figures(actedOn, not), minimum));

    [Fact]
    public void IsSilent_PersonDecidedOtherwise_IsFalse() =>
        Assert.False(NoiseBudget.IsSilent(Figures(0, 500) with { AlwaysBy = "mira", AlwaysSince = DateTimeOffset.UnixEpoch }, 100));

    [Fact]
    public void IsSilent_MoreActedOnOrALowerFloor_NeverSilences() => Gen.Select(Gen.Int[0, 200], Gen.Int[0, 200], Gen.Int[0, 50], Gen.Int[0, 100], Gen.Int[0, 100]).Sample(
        (actedOn, not, more, minimum, lower) =>
        {
            if (NoiseBudget.IsSilent(Figures(actedOn, not), minimum)) return;

            // Few figures say nothing: those that are added may be the first that do.
            if (actedOn + not >= NoiseBudget.LeastSettled) Assert.False(NoiseBudget.IsSilent(Figures(actedOn + more, not), minimum));
            Assert.False(NoiseBudget.IsSilent(Figures(actedOn, not), Math.Min(minimum, lower)));
        },
        iter: 20_000);

    [Fact]
    public void Check_AnyFindings_HasTheSameConclusionAndAnnotationsWithAndWithoutSilentRules() =>
        Gen.Select(Gen.Enum<Severity>(), Gen.Enum<Confidence>(), Gen.Enum<FindingOrigin>(), Gen.Bool, Gen.OneOf("a", "b", "c")).Array[0, 8].Sample(
            drawn =>
            {
                var findings = drawn.Select((d, i) => States.Finding(i + 1, d.Item3, d.Item1, d.Item2) with { RuleId = d.Item5, IsLiveSecret = d.Item4 }).ToArray();
                var loud = CheckRunContent.Of(States.State(ScanStatus.Succeeded, 0, findings));
                var quiet = CheckRunContent.Of(Silent(["a", "b"], findings));

                Assert.Equal((loud.Status, loud.Conclusion, loud.Title), (quiet.Status, quiet.Conclusion, quiet.Title));
                Assert.Equal(loud.Annotations, quiet.Annotations);
            },
            iter: 2_000);

    [Fact]
    public void Plan_SilentRule_IsInNoCommentAndNoList()
    {
        var state = Silent(["noisy"], Of(1, "noisy"), Of(2, "noisy"), Of(3, "useful"));

        var plan = ReviewPlanner.Plan(state, Diff, Nothing);

        Assert.Equal([States.Finding(3).Key], plan.Add.Select(c => ReviewPlanner.KeyOf(c.Body)));
        Assert.Contains("1 finding introduced by this pull request", plan.Summary, StringComparison.Ordinal);
        Assert.Contains("2 findings of rules that are rarely acted on here are in the check run and on the dashboard only: `noisy`.", plan.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain("(`noisy`)", plan.Summary, StringComparison.Ordinal);
        Assert.Contains("2 findings of rules that are rarely acted on here", CheckRunContent.Of(state).Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_NothingButSilentRules_GetsNoSummary()
    {
        var plan = ReviewPlanner.Plan(Silent(["noisy"], Of(1, "noisy")), Diff, Nothing);

        Assert.Equal((0, null), (plan.Add.Count, plan.Summary));
    }

    [Fact]
    public void Plan_OnlySilentRulesAreLeft_SaysSoInTheSummaryThatIsThere()
    {
        var plan = ReviewPlanner.Plan(Silent(["noisy"], Of(1, "noisy")), Diff, new ExistingReview(new ExistingComment(1, "something"), []));

        Assert.Contains("nothing is left to comment on", plan.Summary, StringComparison.Ordinal);
        Assert.Contains("1 finding of rules that are rarely acted on here is in the check run", plan.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_RuleFellSilent_LeavesItsThreadUntilItIsFixed()
    {
        var loud = ReviewPlanner.Plan(States.State(findings: Of(1, "noisy")), Diff, Nothing);
        ReviewThreads(loud, out var existing);

        var standing = ReviewPlanner.Plan(Silent(["noisy"], Of(1, "noisy")), Diff, existing);
        var gone = ReviewPlanner.Plan(Silent(["noisy"]), Diff, existing);

        Assert.Equal((0, 0, 0), (standing.Add.Count, standing.Edit.Count, standing.Resolve.Count));
        Assert.Equal(["thread-0"], gone.Resolve);
    }

    [Fact]
    public void Plan_WhatMustNotBeMissed_IsToldWhateverTheFigures()
    {
        var critical = Of(1, "noisy") with { Severity = Severity.Critical };
        var live = Of(2, "noisy") with { IsLiveSecret = true };
        var loosened = Of(3, PolicyLoosened.RuleId);

        var told = ReviewPlanner.Told(Silent(["noisy", PolicyLoosened.RuleId], critical, live, loosened, Of(4, "noisy")));

        Assert.Equal([critical, live, loosened], told);
    }

    private static void ReviewThreads(ReviewPlan plan, out ExistingReview existing) => existing = new ExistingReview(
        new ExistingComment(1, plan.Summary!),
        [.. plan.Add.Select((c, i) => new Sentinel.GitHub.PullRequests.ReviewThread($"thread-{i}", i, c.Body, IsOwn: true, IsResolved: false, ResolvedByUs: false))]);

    private static JudgedFinding Of(int number, string rule) => States.Finding(number, line: 2 + number) with { RuleId = rule };

    private static HeadState Silent(string[] rules, params JudgedFinding[] findings) => States.State(ScanStatus.Succeeded, 0, findings) with { SilentRules = rules.ToHashSet() };

    private static RuleFigures Figures(int actedOn, int not) => new(Guid.Empty, "rule", actedOn + not, actedOn, not, null, null, null);
}
