using System.Collections.Frozen;
using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows;

/// <summary>Where a step's code stands: <c>run</c>, or an input that a well-known action executes.</summary>
internal static class ScriptInputs
{
    private static readonly FrozenDictionary<string, string[]> ByAction = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["actions/github-script"] = ["script"],
        ["addnab/docker-run-action"] = ["run"],
        ["amadevus/pwsh-script"] = ["script"],
        ["appleboy/ssh-action"] = ["script"],
        ["azure/cli"] = ["inlinescript"],
        ["azure/powershell"] = ["inlinescript"],
        ["jannekem/run-python-script-action"] = ["script"],
        ["mikefarah/yq"] = ["cmd"],
        ["nick-fields/retry"] = ["command", "on_retry_command"],
        ["nick-invision/retry"] = ["command", "on_retry_command"],
        ["reactivecircus/android-emulator-runner"] = ["script"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IEnumerable<YamlText> Of(WorkflowStep step)
    {
        if (step.Run is { } run) yield return run;
        if (step.Node.Scalar("shell") is { } shell) yield return shell;
        if (step.Action is null || !ByAction.TryGetValue(step.Action, out var inputs)) yield break;
        foreach (var entry in step.With?.Entries ?? [])
        {
            if (entry.Value is YamlText script && inputs.Contains(entry.Key.Value.ToLowerInvariant())) yield return script;
        }
    }
}
