using System.Text.RegularExpressions;
using Sentinel.Scanning.Fixes;
using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows.Fixes;

/// <summary>Makes a checkout step forget its token: https://github.com/actions/checkout#usage.</summary>
internal static partial class CheckoutToken
{
    private const string Input = "persist-credentials";

    public static FixProposal? Withhold(WorkflowDocument workflow, WorkflowStep step)
    {
        // What talks to the remote later needs the token that is taken away here.
        if (step.Job.Steps.Any(s => s.Run is { } run && MayPush().IsMatch(run.Value))) return null;
        if (step.Job.Steps.Any(s => s.Action is { } action && !TokenPermissions.IsContentWithReading(action))) return null;
        if (!workflow.IsWrittenOnce(step) || step.Uses is not { Style: YamlStyle.Plain }) return null;
        var known = step.With?.Entries.FirstOrDefault(e => e.Key.Value.Equals(Input, StringComparison.OrdinalIgnoreCase));
        var edit = known is { Value: YamlText value } ? (value.Span.Start > known.Key.Span.End ? new TextEdit(value.Span, "false") : null)
            : known is not null ? null
            : step.Node.Entry("with") is not null ? YamlEdits.Add(workflow.Source, step.Node, "with", step.Node.Entry("with")!, [$"{Input}: false"])
            : YamlEdits.After(workflow.Source, step.Node.Entry("uses")!, "with:", $"  {Input}: false");
        return edit is null ? null : new FixProposal("The checkout no longer leaves the job's token in the folder.", [edit]);
    }

    [GeneratedRegex(@"\bgit\b[^\n]{0,80}\s(?:push|fetch|pull|submodule|lfs|remote|clone|ls-remote)\b|release|publish|deploy|\bgh\s", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex MayPush();
}
