using Sentinel.Scanning;
using Sentinel.Scanning.Policies;

namespace Sentinel.Tests.Scanning.Policies;

/// <summary>A change that weakens its own gate gets a finding where it does so.</summary>
public sealed class PolicyLoosenedTests
{
    private static readonly DateOnly Today = new(2026, 6, 15);

    [Fact]
    public void Check_Examples_AreFoundAndCounterExamplesAreNot()
    {
        Assert.All(PolicyLoosened.Rule.Examples, text => Assert.Equal(PolicyLoosened.RuleId, Check(null, text)?.RuleId));
        Assert.All(PolicyLoosened.Rule.NegativeExamples, text => Assert.Null(Check(null, text)));
        Assert.All(PolicyLoosened.Rule.Examples.Concat(PolicyLoosened.Rule.NegativeExamples), text => Assert.Equal([], PolicyText.Read(text).Errors));
    }

    [Fact]
    public void Check_LooserHead_IsFoundAtTheFirstPlaceWithAllRespects()
    {
        const string Head = "version: 1\ngate:\n  severity: critical\npaths:\n  exclude:\n    - docs/\n    - src/**\n";

        var finding = Check("version: 1\npaths: {exclude: [docs/**]}\n", Head)!;

        Assert.Equal("The policy lets more pass than the one before it: gate.severity high -> critical; excludes src/**. The policy of the base decides this check.", finding.Message);
        Assert.Equal(new Location(PolicyFile.Name, new Region(3, 3, 3, 11)), finding.Location);
        Assert.Equal(Head.TrimEnd('\n')[..finding.Snippet.Length], finding.Snippet);
        Assert.Equal(64, finding.FingerprintHash.Length);
        Assert.Equal((Severity.High, Confidence.High, PolicyLoosened.AnalyzerId), (finding.Severity, finding.Confidence, finding.AnalyzerId));
    }

    [Fact]
    public void Check_SuppressionOfTheBase_IsNoNews() =>
        Assert.Null(Check("version: 1\nsuppressions: [{rule: sudo, reason: x}]\n", "version: 1\n# moved\nsuppressions:\n  - rule: sudo\n    reason: Said better.\n"));

    [Fact]
    public void Check_FileTakenAway_IsFoundWhenTheDefaultsLetMorePass()
    {
        var finding = Check("version: 1\ngate: {severity: low}\n", null)!;

        Assert.Equal("Without its policy file the repository lets more pass: gate.severity low -> high. The policy of the base decides this check.", finding.Message);
        Assert.Equal(new Location(PolicyFile.Name, new Region(1, 1, 1, 1)), finding.Location);
        Assert.Null(Check("version: 1\ngate: {severity: critical}\n", null));
    }

    [Fact]
    public void Check_FileBroken_IsFoundWhenTheDefaultsLetMorePass()
    {
        var finding = Check("version: 1\ngate: {severity: low}\n", "version: 1\ngate: {severity: lowest}\n")!;

        Assert.Equal("The policy file has errors, and the defaults that hold instead let more pass: gate.severity low -> high. The policy of the base decides this check.", finding.Message);
        Assert.Equal(new Region(2, 18, 2, 18), finding.Location.Region);
    }

    [Fact]
    public void Check_MovedLines_KeepTheFingerprint() =>
        Assert.Equal(Check(null, "version: 1\ngate: {severity: critical}\n")!.FingerprintHash, Check(null, "version: 1\n\n# why\ngate:\n  severity: critical\n")!.FingerprintHash);

    [Fact]
    public void Gate_ChangeThatBringsADefectAndItsSuppression_StillFails()
    {
        var before = PolicyReading.None;
        var head = PolicyText.Read("version: 1\nsuppressions: [{rule: unpinned-uses, reason: Later.}]\ngate: {severity: none}\n");
        var defect = new GateFinding { RuleId = "unpinned-uses", Path = ".github/workflows/a.yml", Fingerprint = new string('1', 64), Severity = Severity.High, Confidence = Confidence.High };
        var loosened = PolicyLoosened.Check(before, head, null, Today, TestContext.Current.CancellationToken)!;

        var verdict = PolicyEvaluation.Evaluate(before.Policy, [defect, GateFinding.Of(loosened)], Today);

        Assert.Equal(GateConclusion.Failure, verdict.Conclusion);
        Assert.Equal(["unpinned-uses", "policy-loosened"], verdict.Blocking.Select(f => f.RuleId));
    }

    private static Finding? Check(string? before, string? head) => PolicyLoosened.Check(
        before is null ? PolicyReading.None : PolicyText.Read(before), head is null ? PolicyReading.None : PolicyText.Read(head),
        head is null ? null : SourceFile.FromText(PolicyFile.Name, head), Today, TestContext.Current.CancellationToken);
}
