using Sentinel.Scanning;

namespace Sentinel.Worker.Feedback;

/// <summary>How a finding is told at GitHub. Secrets come with their mask alone: the finding holds no more.</summary>
internal static class FindingText
{
    /// <summary>One item of a Markdown list.</summary>
    public static string ListItem(JudgedFinding finding, HeadState state) =>
        $"- **{finding.Severity}** {GitHubText.Plain(finding.Title, 200)} ({GitHubText.Code(finding.RuleId, 100)}) at {Place(finding, state)}";

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
    public static string Body(JudgedFinding finding)
    {
        var rule = RuleCatalog.Find(finding.RuleId);
        var why = rule is null ? "" : $"\n\n{GitHubText.Plain(rule.Description, 1500)}";
        var what = rule is null ? "" : $"\n\n**What to do:** {GitHubText.Plain(rule.Remediation, 1500)}";
        return $"**{finding.Severity}: {GitHubText.Plain(finding.Title, 200)}** ({GitHubText.Code(finding.RuleId, 100)})\n\n{GitHubText.Plain(finding.Message, 1500)}{why}{what}";
    }
}
