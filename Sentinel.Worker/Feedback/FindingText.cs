using System.Globalization;
using Sentinel.Contracts.Findings;
using Sentinel.Scanning;
using Severity = Sentinel.Contracts.Findings.Severity;

namespace Sentinel.Worker.Feedback;

/// <summary>How a finding is told at GitHub. Secrets come with their mask alone: the finding holds no more.</summary>
internal static class FindingText
{
    /// <summary>One item of a Markdown list.</summary>
    public static string ListItem(JudgedFinding finding, HeadState state) =>
        $"- {Number(finding.Number)}**{finding.Severity}** {GitHubText.Plain(finding.Title, 200)} ({GitHubText.Code(finding.RuleId, 100)}) at {Place(finding, state)}{(finding.Confidence == Contracts.Findings.Confidence.Low ? $" · low confidence{(state.Policy.Fails(finding) ? "" : ", does not fail the check")}" : "")}";

    /// <summary>Where it is, as a link to the commit.</summary>
    public static string Place(JudgedFinding finding, HeadState state)
    {
        var lines = finding.EndLine > finding.StartLine ? $"L{finding.StartLine}-L{finding.EndLine}" : $"L{finding.StartLine}";
        var url = $"{state.WebUrl}/blob/{state.HeadSha}/{GitHubText.UrlPath(finding.Path)}#{lines}";
        var name = GitHubText.Code($"{finding.Path}:{finding.StartLine}", 300);
        // An address that is longer than browsers take is of no use.
        return url.Length <= 2000 ? $"[{name}]({url})" : name;
    }

    /// <summary>What it is, and what to do: paragraphs of Markdown.</summary>
    public static string Body(JudgedFinding finding) =>
        $"{Heading(finding.Number, finding.Severity, finding.Title, finding.RuleId)}\n\n{GitHubText.Plain(finding.Message, 1500)}{Why(finding.RuleId)}{WhatToDo(finding.RuleId)}";

    /// <summary>A link to its page on the dashboard, as a paragraph after others; empty where there is none.</summary>
    public static string Link(JudgedFinding finding, HeadState state) =>
        state.Dashboard is { } dashboard && finding.Id != Guid.Empty ? $"\n\n[This finding on the dashboard]({dashboard}/findings/{finding.Id})" : "";

    /// <summary>That it may be none, as a paragraph after others; empty where Sentinel is sure enough.</summary>
    public static string Doubt(JudgedFinding finding, AppliedPolicy policy) => finding.Confidence != Contracts.Findings.Confidence.Low ? ""
        : $"\n\n**Low confidence:** this may be none.{(policy.Fails(finding) ? "" : " It does not fail the check.")}";

    /// <summary>A line that names a finding.</summary>
    /// <param name="number">At this pull request; null where it has none.</param>
    public static string Heading(int? number, Severity severity, string title, string ruleId) =>
        $"{Number(number)}**{severity}: {GitHubText.Plain(title, 200)}** ({GitHubText.Code(ruleId, 100)})";

    /// <summary>The rule's reason, as a paragraph after others; empty when the rule is not Sentinel's own.</summary>
    public static string Why(string ruleId) => RuleCatalog.Find(ruleId) is { } rule ? $"\n\n{GitHubText.Plain(rule.Description, 1500)}" : "";

    /// <summary>The rule's remedy, as a paragraph after others; empty when the rule is not Sentinel's own.</summary>
    public static string WhatToDo(string ruleId) => RuleCatalog.Find(ruleId) is { } rule ? $"\n\n**What to do:** {GitHubText.Plain(rule.Remediation, 1500)}" : "";

    /// <summary>What a fix does, and what is known of it: a paragraph of Markdown.</summary>
    public static string ProvedFix(ProvedFix fix) =>
        $"**Proved fix:** {GitHubText.Plain(fix.Summary, 500)} It was applied to a copy of the file and everything read again: this finding was gone, and no other had come. Whether the change is what you want is yours to judge.";

    // As code: after a hash, or with a dot behind it at the start of a line, GitHub would make something else of it.
    private static string Number(int? number) => number is { } known ? string.Create(CultureInfo.InvariantCulture, $"`{known}` ") : "";
}
