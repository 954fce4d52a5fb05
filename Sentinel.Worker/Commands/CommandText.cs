using System.Globalization;
using System.Text;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Commands;
using Sentinel.Data.Scans;
using Sentinel.Scanning.Policies;
using Sentinel.Worker.Feedback;
using Explanation = Sentinel.Data.Explanations.Explanation;

namespace Sentinel.Worker.Commands;

/// <summary>The answers to commands, in Markdown. What people or models wrote in them is escaped and bounded.</summary>
internal static class CommandText
{
    public const string Help = """
        **What people with write access can ask Sentinel**, each at the start of a line of a new comment:

        - `/sentinel explain 3`: why finding `3` is one, and what to do about it
        - `/sentinel fix 3`: a fix that was proved to work, when there is one
        - `/sentinel ignore 3 reason`: finding `3` needs no work, and why; `false-positive`, `accepted-risk` or `wont-fix` may stand before the reason, and without one of them it is an accepted risk
        - `/sentinel rescan`: scan this pull request again
        - `/sentinel help`: this list

        The numbers are those of Sentinel's summary and comments. In a thread that Sentinel began the number may be left out.
        """;

    public const string Unknown = "That is no command of Sentinel's.\n\n" + Help;

    public const string Refused =
        "Sentinel takes commands here only from people who have write access to this repository. Somebody who has it can give this one. (This is said once; further commands get a reaction only.)";

    public const string Closed = "This pull request is closed, so nothing is done here any more. `/sentinel help` lists the commands for open ones.";

    /// <summary>Reasons for guidance, to begin a line of it.</summary>
    public const string AiOffByPolicy = $"The policy at the merge base (`{PolicyFile.Name}`, `ai: explain: false`) lets no model be asked about this repository, so this is the rule's own guidance.";

    /// <inheritdoc cref="AiOffByPolicy"/>
    public const string NoAnswerInTime = "No explanation came in time, so this is the rule's own guidance.";

    private const int MaxNumbers = 30;
    private const int MaxClaims = 5;

    public static string Limited(int most) => string.Create(
        CultureInfo.InvariantCulture, $"These were more than {most} commands within an hour. This one and those that follow are passed over until there are fewer.");

    /// <summary>Why guidance is given where a model was asked.</summary>
    /// <param name="reason">The explanation's code; see <see cref="Contracts.Ai.ExplanationResponse"/>.</param>
    public static string WhyGuidance(string? reason) => reason switch
    {
        "no-key" => "No model is set up, so this is the rule's own guidance.",
        "policy" => $"The policy of the default branch (`{PolicyFile.Name}`, `ai: explain: false`) lets no model be asked about this repository, so this is the rule's own guidance.",
        _ => "The model gave no answer that could be used, so this is the rule's own guidance.",
    };

    /// <param name="numbers">Those that there are, in order.</param>
    public static string WhichFinding(CommentCommand command, IReadOnlyList<int> numbers)
    {
        var begin = command.Finding is { } number
            ? $"There is no finding {Code(number)} at this pull request."
            : $"Which finding is meant? Write its number, as in `/sentinel {command.Verb.ToString().ToLowerInvariant()} 1{(command.Verb == CommandVerb.Ignore ? " reason" : "")}`.";
        if (numbers.Count == 0) return $"{begin} Sentinel has told of none here.";
        var more = numbers.Count > MaxNumbers ? string.Create(CultureInfo.InvariantCulture, $" and {numbers.Count - MaxNumbers} more") : "";
        return $"{begin} There {(numbers.Count == 1 ? "is" : "are")} {string.Join(", ", numbers.Take(MaxNumbers).Select(Code))}{more}.";
    }

    public static string NoReason(int number, string fault) =>
        $"Finding {Code(number)} is not ignored. {GitHubText.Plain(fault)} As in `/sentinel ignore {number.ToString(CultureInfo.InvariantCulture)} this key opens a test server only`.";

    public static string Conflict(NamedFinding named, string conflict) => $"{Heading(named)}\n\n{GitHubText.Plain(conflict)}";

    public static string Live(NamedFinding named) =>
        $"{Heading(named)}\n\nIts provider confirmed that this secret works. It is not ignored from here: revoke it, or decide on the dashboard.";

    public static string Ignored(NamedFinding named, DismissReason reason, string justification) =>
        $"{Heading(named)}\n\nDismissed as {Name(reason)}: {GitHubText.Plain(justification, 2000)}\n\nThe check is brought up to date. It can be opened again on the dashboard.";

    public static string NoFix(NamedFinding named) =>
        $"{Heading(named)}\n\nThere is no proved fix for this finding. Sentinel offers a change only after it was applied, the file still parsed, and the finding was gone without a new one.{FindingText.WhatToDo(named.Finding.RuleId)}";

    /// <param name="path">The file, in the commit.</param>
    public static string Fix(NamedFinding named, string path, string commitSha, ProvedFix fix)
    {
        var lines = fix.StartLine == fix.EndLine ? $"line {fix.StartLine}" : string.Create(CultureInfo.InvariantCulture, $"lines {fix.StartLine} to {fix.EndLine}");
        var place = $"In {GitHubText.Code(path)}, commit {GitHubText.Code(commitSha[..Math.Min(10, commitSha.Length)])}, {lines}";
        return $"{Heading(named)}\n\n{FindingText.ProvedFix(fix)}\n\n"
            + (fix.Replacement is { } text ? $"{place}, write instead:\n\n{GitHubText.Block(text)}" : $"{place}: delete {(fix.StartLine == fix.EndLine ? "it" : "them")}.")
            + $"\n\n<sub>Proved by {GitHubText.Code(fix.ProvedBy, 500)}.</sub>";
    }

    public static string Scanning(Scan scan) => $"Scanning {Commit(scan)} again (request {GitHubText.Code(scan.RequestId, 64)}).";

    public static string ScanUnderWay(Scan scan) =>
        $"A scan of {Commit(scan)} is {(scan.Status == ScanStatus.Running ? "running" : "queued")} already (request {GitHubText.Code(scan.RequestId, 64)}).";

    /// <param name="why">Why it is no model's answer.</param>
    public static string Guidance(NamedFinding named, string why) =>
        $"{Heading(named)}\n\n{GitHubText.Plain(named.Finding.Message, 1500)}{FindingText.Why(named.Finding.RuleId)}{FindingText.WhatToDo(named.Finding.RuleId)}\n\n<sub>{why}</sub>";

    public static string Explained(NamedFinding named, Explanation explanation)
    {
        var text = new StringBuilder(Heading(named)).Append("\n\n").Append(GitHubText.Plain(explanation.Summary, 3000));
        if (explanation.Impact.Length > 0) text.Append("\n\n**Why it matters:** ").Append(GitHubText.Plain(explanation.Impact, 3000));
        if (explanation.Remediation.Length > 0) text.Append("\n\n**What to do:** ").Append(GitHubText.Plain(explanation.Remediation, 3000));
        if (explanation.Claims.Count > 0) text.Append('\n');
        foreach (var claim in explanation.Claims.Take(MaxClaims))
            text.Append(CultureInfo.InvariantCulture, $"\n- {GitHubText.Plain(claim.Text, 500)} ({GitHubText.Code($"{claim.Path}:{claim.Line}")}: {GitHubText.Code(claim.Quote)})");
        return text.Append($"\n\n<sub>Written by a language model ({GitHubText.Code(explanation.Model ?? "unnamed", 100)}): a suggestion, to be checked before it is relied on.</sub>").ToString();
    }

    private static string Heading(NamedFinding named) => FindingText.Heading(named.Number, named.Finding.Severity, named.Finding.Title, named.Finding.RuleId);

    private static string Name(DismissReason reason) => reason switch
    {
        DismissReason.FalsePositive => "a false positive",
        DismissReason.WontFix => "not to be fixed",
        _ => "an accepted risk",
    };

    private static string Commit(Scan scan) => GitHubText.Code(scan.CommitSha![..Math.Min(10, scan.CommitSha!.Length)]);

    private static string Code(int number) => GitHubText.Code(number.ToString(CultureInfo.InvariantCulture));
}
