using System.Text.RegularExpressions;
using Sentinel.Scanning.Fixes;
using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows.Fixes;

/// <summary>Asks who opened the pull request instead of who acted last.</summary>
internal static partial class BotAuthor
{
    public static FixProposal? Ask(WorkflowDocument workflow, YamlText condition)
    {
        // Only this event has the pull request at hand; with another one besides, the condition would fail for it.
        if (workflow.Triggers.Names.Count != 1 || !workflow.Triggers.Has("pull_request_target")) return null;
        if (condition.Style is not (YamlStyle.Plain or YamlStyle.Literal)) return null;
        var edits = Actor().Matches(condition.Value)
            .Select(m => new TextEdit(condition.SpanOf(m.Index, m.Length), m.Value.EndsWith("_id", StringComparison.Ordinal) ? "github.event.pull_request.user.id" : "github.event.pull_request.user.login"))
            .ToList();
        // Another question about the actor may mean just that.
        return edits.Count != 1 || !Comparison().IsMatch(condition.Value) ? null : new FixProposal("The condition asks who opened the pull request, which nobody can change.", edits);
    }

    [GeneratedRegex(@"\bgithub\.(?:actor_id|actor|triggering_actor|event\.sender\.login)\s*==|==\s*github\.(?:actor_id|actor|triggering_actor|event\.sender\.login)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Comparison();

    [GeneratedRegex(@"\bgithub\.(?:actor_id|actor|triggering_actor|event\.sender\.login)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Actor();
}
