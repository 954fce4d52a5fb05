using System.Text;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;
using Sentinel.Worker.Feedback;

namespace Sentinel.Tests.Worker.Feedback;

/// <summary>What a check run shows for each state of a commit.</summary>
public sealed class CheckRunContentTests
{
    [Theory]
    [InlineData(ScanStatus.Queued, "queued", null, "Waiting for a worker")]
    [InlineData(ScanStatus.Running, "in_progress", null, "Fetching the commit")]
    [InlineData(ScanStatus.Succeeded, "completed", "success", "No new findings")]
    [InlineData(ScanStatus.Partial, "completed", "neutral", "Nothing new, but not everything was looked at")]
    [InlineData(ScanStatus.Superseded, "completed", "neutral", "A newer commit is scanned instead")]
    [InlineData(ScanStatus.Cancelled, "completed", "cancelled", "The scan was cancelled")]
    [InlineData(ScanStatus.Failed, "completed", "failure", "The scan could not be finished")]
    [InlineData(ScanStatus.DeadLettered, "completed", "failure", "The scan could not be finished")]
    public void Of_Status_TellsIt(ScanStatus status, string expected, string? conclusion, string title)
    {
        var content = Of(States.State(status) with { Phase = ScanPhase.Fetch });

        Assert.Equal((expected, conclusion, title, 0), (content.Status, content.Conclusion, content.Title, content.Annotations.Count));
    }

    [Fact]
    public void Of_Analysing_TellsHowFar() =>
        Assert.Equal("Analysing: 1,200 of 3,400 files", Of(States.State(ScanStatus.Running) with { Phase = ScanPhase.Analyse, FilesDone = 1200, FilesTotal = 3400 }).Title);

    [Fact]
    public void Of_BaseIsBeingScanned_Waits() => Assert.Equal("in_progress", Of(States.State() with { WaitsForBase = true }).Status);

    [Theory]
    [InlineData(FindingOrigin.Introduced, Severity.High, Confidence.Medium, "failure")]
    [InlineData(FindingOrigin.Introduced, Severity.Critical, Confidence.High, "failure")]
    [InlineData(FindingOrigin.Introduced, Severity.High, Confidence.Low, "success")]
    [InlineData(FindingOrigin.Introduced, Severity.Medium, Confidence.High, "success")]
    [InlineData(FindingOrigin.NewRule, Severity.Critical, Confidence.High, "success")]
    internal void Of_Finding_FailsByTheGate(FindingOrigin origin, Severity severity, Confidence confidence, string conclusion) =>
        Assert.Equal(conclusion, Of(States.State(findings: States.Finding(origin: origin, severity: severity, confidence: confidence))).Conclusion);

    [Fact]
    public void Of_PartialWithFailingFinding_Fails() => Assert.Equal("failure", Of(States.State(ScanStatus.Partial, 0, States.Finding())).Conclusion);

    [Fact]
    public void Of_EachOrigin_IsSummedUpApart()
    {
        var content = Of(States.State(before: 5, findings: [States.Finding(1), States.Finding(2, FindingOrigin.NewRule, title: "An old thing", path: "b.txt")]));

        Assert.Equal("1 finding introduced by this change", content.Title);
        Assert.Equal(
            """
            **1 introduced by this change** · 5 there before · 1 by rules or advisories that are newer than the base

            The check fails for 1 finding. It fails for findings that a change introduces, of high severity or above and at least medium confidence.

            ### Introduced by this change
            - **High** A token (`github-pat`) at [`src/app.ini:3`](https://github.com/acme/shop/blob/1111111111111111111111111111111111111111/src/app.ini#L3)

            ### By rules or advisories newer than the base
            - **High** An old thing (`github-pat`) at [`b.txt:3`](https://github.com/acme/shop/blob/1111111111111111111111111111111111111111/b.txt#L3)

            The code of these was there before this change; they do not count against it.

            ### There before
            5 findings, which do not count against this change.

            Compared with `2222222222`, where this change left `main`.

            <sub>10 files · request `request-1`</sub>
            """,
            content.Summary);
        Assert.Equal([("src/app.ini", 3, "failure"), ("b.txt", 3, "warning")], content.Annotations.Select(a => (a.Path, a.StartLine, a.AnnotationLevel)));
    }

    [Theory]
    [InlineData(ComparisonKind.BaseBranch, "the newest scan of `main`: the commit where this change left it was never scanned.")]
    [InlineData(ComparisonKind.Previous, "the commit before.")]
    [InlineData(ComparisonKind.None, "there is nothing to compare with: findings in lines that this change wrote count as introduced.")]
    internal void Of_Comparison_IsSaid(ComparisonKind kind, string words)
    {
        var comparison = kind == ComparisonKind.None ? Comparison.None : new Comparison(kind, States.Base, new HashSet<Guid>(), SameRules: true);

        Assert.Contains(words, Of(States.State() with { Comparison = comparison }).Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ManyHostileFindings_StayWithinGitHubsLimits()
    {
        var nasty = string.Concat(Enumerable.Repeat("@all `#1` <b>|\u202E", 200));
        var content = Of(States.State(findings: [.. Enumerable.Range(1, 2000).Select(i => States.Finding(i, title: nasty, message: nasty, path: $"{i}/{new string('ü', 300)}"))]));

        Assert.InRange(Encoding.UTF8.GetByteCount(content.Summary), 1000, 65_535);
        Assert.Equal(CheckRunContent.MaxAnnotated, content.Annotations.Count);
        Assert.All(content.Annotations, a => Assert.InRange(a.Title.Length, 1, 255));
        Assert.Contains("more\n", content.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_FindingOverSeveralLines_IsAnnotatedWithoutColumns()
    {
        var one = Assert.Single(Of(States.State(findings: States.Finding())).Annotations);
        var several = Assert.Single(Of(States.State(findings: States.Finding(endLine: 6))).Annotations);

        Assert.Equal((3, 3, (int?)5, (int?)20), (one.StartLine, one.EndLine, one.StartColumn, one.EndColumn));
        Assert.Equal((3, 6, (int?)null, (int?)null), (several.StartLine, several.EndLine, several.StartColumn, several.EndColumn));
    }

    [Fact]
    public void Of_NotEverythingLookedAt_NamesWhatDidNotFinish() =>
        Assert.Contains("**Not everything was looked at:** `secrets/patterns` did not finish.", Of(States.State(ScanStatus.Partial) with { Incomplete = ["secrets/patterns"] }).Summary, StringComparison.Ordinal);

    private static CheckRunContent Of(HeadState state) => CheckRunContent.Of(state);
}
