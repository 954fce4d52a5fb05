using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;
using Sentinel.GitHub.Checks;
using Sentinel.Scanning;
using Severity = Sentinel.Contracts.Findings.Severity;

namespace Sentinel.Worker.Feedback;

/// <summary>What a check run is to show: made of the state of a commit and nothing else, so that it can be made again at any time.</summary>
/// <param name="Status">queued, in_progress or completed.</param>
/// <param name="Conclusion">Null until it is completed.</param>
/// <param name="Summary">Markdown, at most <see cref="CheckRuns.MaxSummaryBytes"/> bytes.</param>
/// <param name="Annotations">All of them, in an order that stays the same.</param>
internal sealed record CheckRunContent(string Status, string? Conclusion, string Title, string Summary, IReadOnlyList<CheckAnnotation> Annotations)
{
    /// <summary>Ten requests' worth; the summary counts the rest.</summary>
    public const int MaxAnnotated = 500;

    // GitHub's limits: 255 characters for a title, 64 KB for a message.
    private const int MaxTitle = 250;
    private const int MaxMessage = 4_000;
    private const int MaxPolicyErrors = 20;

    // Lists are cut to these numbers of lines, one after the other, until the summary is short enough.
    private static readonly int[] ListLengths = [100, 40, 10, 0];

    /// <summary>The same for the same annotations; empty when there are none.</summary>
    public string AnnotationsDigest { get; } =
        Annotations.Count == 0 ? "" : Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(Annotations)))[..16];

    public static CheckRunContent Of(HeadState state) => state switch
    {
        { WaitsForBase: true } => Plain("in_progress", null, "Waiting for the base branch", $"The scan of this commit has ended. Its base branch {GitHubText.Code(state.BaseRef ?? "")} is being scanned for the first time; the two are compared then.", state),
        { Status: ScanStatus.Queued } => Plain("queued", null, "Waiting for a worker", "The scan of this commit is queued.", state),
        { Status: ScanStatus.Running } => Plain("in_progress", null, Progress(state), "The scan of this commit is under way.", state),
        { Status: ScanStatus.Superseded } => Plain("completed", "neutral", "A newer commit is scanned instead", "There is a newer commit, which is scanned in place of this one.", state),
        { Status: ScanStatus.Cancelled } => Plain("completed", "cancelled", "The scan was cancelled", "The scan of this commit was cancelled. \"Re-run\" scans it.", state),
        { HasResult: true } => Result(state),
        // What was not looked at is not clean.
        _ => Plain("completed", "failure", "The scan could not be finished",
            $"This commit was **not** checked: {GitHubText.Plain(state.ErrorDetail ?? "the scan failed.", 1000)}\n\n\"Re-run\" tries again.", state),
    };

    private static string Progress(HeadState state) => state switch
    {
        { Phase: ScanPhase.Waiting or ScanPhase.Fetch } => "Fetching the commit",
        { Phase: ScanPhase.List } => "Listing files",
        { Phase: ScanPhase.Analyse, FilesTotal: > 0 } => string.Create(CultureInfo.InvariantCulture, $"Analysing: {state.FilesDone:N0} of {Count(state.FilesTotal, "file")}"),
        { Phase: ScanPhase.Analyse } => "Analysing",
        _ => "Comparing with what is known",
    };

    private static CheckRunContent Plain(string status, string? conclusion, string title, string summary, HeadState state) =>
        new(status, conclusion, title, $"{summary}\n\n{Footer(state)}", []);

    private static CheckRunContent Result(HeadState state)
    {
        var failing = state.Findings.Count(state.Policy.Fails);
        var complete = state.Status == ScanStatus.Succeeded;
        var introduced = state.Introduced.Count();
        var title = introduced switch
        {
            0 when !complete => "Nothing new, but not everything was looked at",
            0 when state.NewRule.Any() => $"Nothing introduced; {Count(state.NewRule.Count(), "finding")} by newer rules",
            0 when state.Comparison.Kind == ComparisonKind.None && state.Before > 0 => $"{Count(state.Before, "finding")} in the first scan",
            0 => "No new findings",
            _ => $"{Count(introduced, "finding")} introduced by this change",
        };
        // What a broken policy file was meant to block nobody knows.
        var conclusion = failing > 0 ? "failure" : complete && !state.Policy.Errors.Any() ? "success" : "neutral";
        return new CheckRunContent("completed", conclusion, title, Fit(state, failing), Annotate(state));
    }

    private static string Fit(HeadState state, int failing)
    {
        foreach (var length in ListLengths)
        {
            var summary = Compose(state, failing, length);
            if (Encoding.UTF8.GetByteCount(summary) <= CheckRuns.MaxSummaryBytes) return summary;
        }
        throw new InvalidOperationException("A summary without lists is short.");
    }

    private static string Compose(HeadState state, int failing, int length)
    {
        var (introduced, newRule) = (state.Introduced.ToList(), state.NewRule.ToList());
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"**{introduced.Count} introduced by this change** · {state.Before} there before · {newRule.Count} by rules or advisories that are newer than the base\n\n");
        text.Append(failing > 0 ? $"The check fails for {Count(failing, "finding")}. It" : "The check").Append($" fails for {state.Policy.Rule}.\n");
        if (!IsComplete(state))
        {
            text.Append("\n**Not everything was looked at:** ").AppendJoin(", ", state.Incomplete.Take(20).Select(name => GitHubText.Code(name, 100)))
                .Append(state.Incomplete.Count == 0 ? "some files could not be read" : " did not finish").Append(". What they would have found is not known.\n");
        }
        PolicyFaults(text, state.Policy);
        Section(text, "Introduced by this change", introduced, state, length);
        if (ReviewPlanner.Silenced(state) is { } silenced) text.Append('\n').Append(silenced).Append('\n');
        Section(text, "By rules or advisories newer than the base", newRule, state, length);
        if (newRule.Count > 0) text.Append("\nThe code of these was there before this change; they do not count against it.\n");
        if (state.Allowed > 0) text.Append(CultureInfo.InvariantCulture, $"\nThe policy allows {Count(state.Allowed, "finding")} of this commit; they are not counted.\n");
        if (state.Settled > 0) text.Append('\n').Append(ReviewPlanner.SettledText(state)).Append('\n');
        text.Append("\n### There before\n").Append(state.Before == 0
            ? "Nothing.\n"
            : $"{Count(state.Before, "finding")}, which {(state.Before == 1 ? "does" : "do")} not count against this change.\n");
        text.Append('\n').Append(ComparedWith(state)).Append("\n\n").Append(Footer(state));
        return text.ToString();
    }

    private static void PolicyFaults(StringBuilder text, AppliedPolicy policy)
    {
        var errors = policy.Errors.ToList();
        if (errors.Count == 0) return;
        text.Append("\n### Errors in the policy\nA file with errors is not applied; the defaults hold in its place.\n\n");
        foreach (var (path, error, isHead) in errors.Take(MaxPolicyErrors))
        {
            text.Append(CultureInfo.InvariantCulture, $"- {GitHubText.Code($"{path}:{error.Line}:{error.Column}", 100)}{(isHead ? "" : " at the base")}: ")
                .Append(GitHubText.Plain(error.Message, 300)).Append(' ').Append(GitHubText.Plain(error.Remedy, 300)).Append('\n');
        }
        if (errors.Count > MaxPolicyErrors) text.Append(CultureInfo.InvariantCulture, $"- and {errors.Count - MaxPolicyErrors} more\n");
    }

    private static bool IsComplete(HeadState state) => state.Status == ScanStatus.Succeeded;

    private static void Section(StringBuilder text, string heading, List<JudgedFinding> findings, HeadState state, int length)
    {
        if (findings.Count == 0) return;
        text.Append($"\n### {heading}\n");
        foreach (var finding in findings.Take(length)) text.Append(FindingText.ListItem(finding, state)).Append('\n');
        if (findings.Count > length) text.Append(CultureInfo.InvariantCulture, $"- and {findings.Count - length} more\n");
    }

    private static string ComparedWith(HeadState state)
    {
        var sha = state.Comparison.CommitSha is { } commit ? GitHubText.Code(commit[..Math.Min(10, commit.Length)]) : "";
        var rules = state.Comparison is { Kind: not ComparisonKind.None, SameRules: false } ? " It was scanned by other rules than this commit." : "";
        return state.Comparison.Kind switch
        {
            ComparisonKind.MergeBase => $"Compared with {sha}, where this change left {GitHubText.Code(state.BaseRef ?? "its base")}.{rules}",
            ComparisonKind.BaseBranch => $"Compared with {sha}, the newest scan of {GitHubText.Code(state.BaseRef ?? "the base branch")}: the commit where this change left it was never scanned.{rules}",
            ComparisonKind.Previous => $"Compared with {sha}, the commit before.{rules}",
            _ when state.PullRequest is not null => "No scan of the base branch has ended, so there is nothing to compare with: findings in lines that this change wrote count as introduced.",
            _ => "This is the first scan: there is nothing to compare with.",
        };
    }

    private static string Footer(HeadState state) =>
        $"<sub>{Count(state.FilesTotal, "file")}{(state.FilesSkipped > 0 ? $", {state.FilesSkipped.ToString("N0", CultureInfo.InvariantCulture)} not looked at" : "")} · request {GitHubText.Code(state.RequestId, 64)}</sub>";

    private static List<CheckAnnotation> Annotate(HeadState state) =>
        [
            .. state.Findings.Where(f => f.Origin != FindingOrigin.Before && IsPlace(f)).Take(MaxAnnotated).Select(f => Annotation(f, state.Policy)),
            .. state.Policy.Errors.Where(e => e.IsHead).Take(MaxPolicyErrors).Select(e => new CheckAnnotation(
                e.Path, e.Error.Line, e.Error.Line, null, null, "warning", "Error in the policy", $"{GitHubText.Visible(e.Error.Message, 500)} {GitHubText.Visible(e.Error.Remedy, 500)}")),
        ];

    // A path that GitHub would have to show differently from what it is cannot be annotated; the list still has it.
    private static bool IsPlace(JudgedFinding finding) => finding.Path.Length is > 0 and <= 4096 && !finding.Path.Any(char.IsControl) && finding.StartLine > 0;

    private static CheckAnnotation Annotation(JudgedFinding finding, AppliedPolicy policy)
    {
        var end = Math.Max(finding.StartLine, finding.EndLine);
        var oneLine = end == finding.StartLine && finding.StartColumn > 0 && finding.EndColumn >= finding.StartColumn;
        var level = policy.Fails(finding) ? "failure" : finding.Severity >= Severity.Medium ? "warning" : "notice";
        var origin = finding.Origin == FindingOrigin.NewRule ? "\nThe code was there before; the rule is newer." : "";
        var doubt = finding.Confidence == Contracts.Findings.Confidence.Low ? "\nLow confidence: this may be none." : "";
        var remedy = RuleCatalog.Find(finding.RuleId)?.Remediation is { } remediation ? $"\n{GitHubText.Visible(remediation, MaxMessage / 2)}" : "";
        return new CheckAnnotation(
            finding.Path, finding.StartLine, end, oneLine ? finding.StartColumn : null, oneLine ? finding.EndColumn : null, level,
            GitHubText.Visible($"{finding.Severity}: {finding.Title}", MaxTitle),
            $"{GitHubText.Visible(finding.Message, MaxMessage / 2)}{doubt}{remedy}{origin}\n({GitHubText.Visible(finding.RuleId, 200)})");
    }

    internal static string Count(int number, string noun) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {noun}{(number == 1 ? "" : "s")}");
}
