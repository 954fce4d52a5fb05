using Sentinel.Scanning;
using Sentinel.Scanning.Policies;

namespace Sentinel.Tests.Scanning.Policies;

/// <summary>What blocks, what counts, what is allowed, and how a check ends.</summary>
public sealed class PolicyEvaluationTests
{
    private static readonly DateOnly Today = new(2026, 6, 15);

    private static readonly GateFinding Sudo = new()
    {
        RuleId = "dockerfile-sudo",
        Path = "src/Dockerfile",
        Fingerprint = new string('1', 64),
        Severity = Severity.High,
        Confidence = Confidence.High,
    };

    [Theory]
    [InlineData(Severity.Critical, Confidence.High, GateOutcome.Blocking)]
    [InlineData(Severity.High, Confidence.Medium, GateOutcome.Blocking)]
    [InlineData(Severity.High, Confidence.Low, GateOutcome.Reported)]
    [InlineData(Severity.Medium, Confidence.High, GateOutcome.Reported)]
    public void Decide_ByDefault_BlocksFromHighAndMedium(Severity severity, Confidence confidence, GateOutcome expected) =>
        Assert.Equal(expected, PolicyEvaluation.Decide(RepositoryPolicy.Default, Sudo with { Severity = severity, Confidence = confidence }, Today).Outcome);

    [Theory]
    [InlineData(FindingOrigin.Introduced, "true", GateOutcome.Blocking)]
    [InlineData(FindingOrigin.Before, "true", GateOutcome.NotNew)]
    [InlineData(FindingOrigin.Since, "true", GateOutcome.NotNew)]
    [InlineData(FindingOrigin.Before, "false", GateOutcome.Blocking)]
    [InlineData(FindingOrigin.Since, "false", GateOutcome.Blocking)]
    public void Decide_OldFinding_CountsOnlyIfThePolicySaysSo(FindingOrigin origin, string onlyNew, GateOutcome expected) =>
        Assert.Equal(expected, PolicyEvaluation.Decide(PolicyText.Policy($"gate: {{only-new: {onlyNew}}}"), Sudo with { Origin = origin }, Today).Outcome);

    [Fact]
    public void Evaluate_Conclusion_SaysWhatWasFoundAndWhatWasNotLookedAt()
    {
        var low = Sudo with { Severity = Severity.Low };
        var none = PolicyText.Policy("gate: {severity: none}");

        Assert.Equal(GateConclusion.Success, Conclusion(RepositoryPolicy.Default));
        Assert.Equal(GateConclusion.Neutral, Conclusion(RepositoryPolicy.Default, low));
        Assert.Equal(GateConclusion.Failure, Conclusion(RepositoryPolicy.Default, low, Sudo));
        Assert.Equal(GateConclusion.Success, Conclusion(RepositoryPolicy.Default, Sudo with { Origin = FindingOrigin.Before }));
        Assert.Equal(GateConclusion.Neutral, Conclusion(none, Sudo));
        Assert.Equal(GateConclusion.Neutral, PolicyEvaluation.Evaluate(RepositoryPolicy.Default, [], Today, isComplete: false).Conclusion);
        Assert.Equal(GateConclusion.Neutral, PolicyEvaluation.Evaluate(RepositoryPolicy.Default, [], Today, hasErrors: true).Conclusion);
        Assert.Equal(GateConclusion.Failure, PolicyEvaluation.Evaluate(RepositoryPolicy.Default, [Sudo], Today, isComplete: false, hasErrors: true).Conclusion);
    }

    [Theory]
    [InlineData("rule: dockerfile-sudo", true)]
    [InlineData("rule: other", false)]
    [InlineData("rule: dockerfile-sudo, path: src/**", true)]
    [InlineData("rule: dockerfile-sudo, path: lib/**", false)]
    [InlineData("rule: dockerfile-sudo, fingerprint: '1111111111111111111111111111111111111111111111111111111111111111'", true)]
    [InlineData("rule: dockerfile-sudo, fingerprint: '2222222222222222222222222222222222222222222222222222222222222222'", false)]
    [InlineData("rule: dockerfile-sudo, expires: 2026-06-15", true)]
    [InlineData("rule: dockerfile-sudo, expires: 2026-06-14", false)]
    public void Evaluate_Suppression_AllowsWhatFitsAllOfIt(string criteria, bool allowed)
    {
        var policy = PolicyText.Policy($"suppressions:\n  - {{{criteria}, reason: It is so.}}\n");

        var verdict = PolicyEvaluation.Evaluate(policy, [Sudo], Today);

        var decision = Assert.Single(verdict.Decisions);
        Assert.Equal(allowed ? GateOutcome.Suppressed : GateOutcome.Blocking, decision.Outcome);
        Assert.Equal(allowed ? "It is so." : null, decision.Suppression?.Reason);
        Assert.Equal(allowed ? GateConclusion.Success : GateConclusion.Failure, verdict.Conclusion);
    }

    [Fact]
    public void Evaluate_SuppressionsThatDoNothing_AreTold()
    {
        var policy = PolicyText.Policy(
            "suppressions:\n  - {rule: a, reason: Over., expires: 2026-06-14}\n  - {rule: b, reason: Nothing there.}\n  - {rule: dockerfile-sudo, reason: Used.}\n  - {rule: dockerfile-sudo, reason: Said already.}\n");

        var verdict = PolicyEvaluation.Evaluate(policy, [Sudo], Today);

        Assert.Equal(["Over."], verdict.Expired.Select(s => s.Reason));
        Assert.Equal(["Nothing there.", "Said already."], verdict.Unused.Select(s => s.Reason));
    }

    [Fact]
    public void Evaluate_Paths_DecideWhereFindingsCount()
    {
        var policy = PolicyText.Policy("paths:\n  include: [src/**, lib/**]\n  exclude: ['**/test/**']\n");
        string[] paths = ["src/a", "lib/a", "docs/a", "src/test/a"];

        var verdict = PolicyEvaluation.Evaluate(policy, paths.Select(p => Sudo with { Path = p }), Today);

        Assert.Equal(["src/a", "lib/a"], verdict.Blocking.Select(f => f.Path));
        Assert.Equal(["docs/a", "src/test/a"], verdict.Of(GateOutcome.Excluded).Select(f => f.Path));
    }

    [Fact]
    public void Evaluate_LiveSecret_IsHiddenByItsFingerprintAlone()
    {
        var live = Sudo with { RuleId = "github-pat", Path = "docs/a", IsLiveSecret = true };
        var policy = PolicyText.Policy("paths: {exclude: [docs/]}\nsuppressions:\n  - {rule: github-pat, reason: Samples.}\n");
        var byValue = PolicyText.Policy($"suppressions:\n  - {{rule: github-pat, fingerprint: '{live.Fingerprint}', reason: It is meant for the public.}}\n");

        Assert.Equal(GateOutcome.Suppressed, PolicyEvaluation.Decide(policy, live with { IsLiveSecret = false }, Today).Outcome);
        Assert.Equal(GateOutcome.Blocking, PolicyEvaluation.Decide(policy, live, Today).Outcome);
        Assert.Equal(GateOutcome.Suppressed, PolicyEvaluation.Decide(byValue, live, Today).Outcome);
    }

    [Fact]
    public void Evaluate_LoosenedPolicy_BlocksWhateverThePolicySaysOfIt()
    {
        var loosened = Sudo with { RuleId = PolicyLoosened.RuleId, Path = PolicyFile.Name };
        var policy = PolicyText.Policy("gate: {severity: critical}\npaths: {exclude: ['**']}\nsuppressions:\n  - {rule: policy-loosened, reason: Trust us.}\n");

        Assert.Equal(GateOutcome.Blocking, PolicyEvaluation.Decide(policy, loosened, Today).Outcome);
        Assert.Equal(GateOutcome.Reported, PolicyEvaluation.Decide(PolicyText.Policy("gate: {severity: none}"), loosened, Today).Outcome);
    }

    private static GateConclusion Conclusion(RepositoryPolicy policy, params GateFinding[] findings) => PolicyEvaluation.Evaluate(policy, findings, Today).Conclusion;
}
