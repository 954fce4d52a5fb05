using System.Collections.Frozen;

namespace Sentinel.Scanning.Workflows;

/// <summary>Outputs of well-known actions whose text a stranger chooses (branch names, names of changed files), from the actions' own pages.</summary>
internal static class UntrustedOutputs
{
    private static readonly FrozenDictionary<string, Func<string, bool>> ByAction = new Dictionary<string, Func<string, bool>>(StringComparer.Ordinal)
    {
        // https://github.com/tj-actions/changed-files#outputs
        ["tj-actions/changed-files"] = output => output.EndsWith("_files", StringComparison.Ordinal) || output.EndsWith("_dirs", StringComparison.Ordinal),
        // https://github.com/tj-actions/branch-names#outputs
        ["tj-actions/branch-names"] = output => output is "current_branch" or "head_ref_branch",
        // https://github.com/dorny/paths-filter#outputs
        ["dorny/paths-filter"] = output => output.EndsWith("_files", StringComparison.Ordinal),
        // https://github.com/xt0rted/pull-request-comment-branch#outputs
        ["xt0rted/pull-request-comment-branch"] = output => output == "head_ref",
        // https://github.com/Ana06/get-changed-files#outputs
        ["ana06/get-changed-files"] = _ => true,
        ["jitterbit/get-changed-files"] = _ => true,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Whether the path (<c>steps.id.outputs.name</c>) reads such an output of a step of the job.</summary>
    public static bool Contain(string path, WorkflowJob job)
    {
        if (path.Split('.') is not ["steps", var id, "outputs", var output]) return false;
        var action = job.Steps.FirstOrDefault(s => id.Equals(s.Id, StringComparison.OrdinalIgnoreCase))?.Action;
        return action is not null && ByAction.TryGetValue(action, out var isUntrusted) && isUntrusted(output);
    }
}
