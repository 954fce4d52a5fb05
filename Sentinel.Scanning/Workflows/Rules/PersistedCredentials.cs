using System.Collections.Frozen;
using Sentinel.Scanning.Workflows.Fixes;
using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows.Rules;

/// <summary>The token that checkout leaves in the folder is uploaded with it.</summary>
internal sealed class PersistedCredentials : IWorkflowRule
{
    private static readonly FrozenSet<string> Root =
        FrozenSet.ToFrozenSet([".", "..", "*", "**", "./*", "./**", "**/*", ".git", "${{github.workspace}}", "${{github.workspace}}/**", "${{github.workspace}}/*"], StringComparer.Ordinal);

    public RuleDescriptor Descriptor { get; } = WorkflowRule.Describe(
        "persisted-credentials", "Checkout token is uploaded as an artifact", Severity.High, Confidence.Medium, 522,
        "actions/checkout leaves the job's token in the working folder unless told otherwise. Uploading the whole folder publishes it to everybody who can read artifacts, while it is still valid.",
        "Set persist-credentials: false on the checkout step, and upload only the files that are needed.",
        ["https://github.com/actions/checkout#usage", "https://docs.github.com/en/actions/reference/security/secure-use"],
        [WorkflowRule.Workflow("push", "steps:\n  - uses: actions/checkout@<hex:40>\n  - uses: actions/upload-artifact@<hex:40>\n    with:\n      path: .")],
        [
            WorkflowRule.Workflow("push", "steps:\n  - uses: actions/checkout@<hex:40>\n    with:\n      persist-credentials: false\n  - uses: actions/upload-artifact@<hex:40>\n    with:\n      path: ."),
            WorkflowRule.Workflow("push", "steps:\n  - uses: actions/checkout@<hex:40>\n  - uses: actions/upload-artifact@<hex:40>\n    with:\n      path: dist"),
        ]);

    public IEnumerable<WorkflowMatch> Check(WorkflowDocument workflow)
    {
        foreach (var job in workflow.Jobs)
        {
            var leaves = job.Steps.FirstOrDefault(LeavesToken);
            if (leaves is null) continue;
            var later = job.Steps.SkipWhile(s => s != leaves).FirstOrDefault(s => s.Action == "actions/upload-artifact" && IsWholeFolder(s.With.Text("path")));
            if (later is null) continue;
            yield return WorkflowMatch.At(leaves.Uses!, leaves, "The token that this step leaves in the folder is uploaded with it.", "persist-credentials") with
            {
                Fix = () => CheckoutToken.Withhold(workflow, leaves),
            };
        }
    }

    private static bool LeavesToken(WorkflowStep step) =>
        step.Action == "actions/checkout" && step.With.Text("persist-credentials")?.ToLowerInvariant() is not "false" and not ['$', '{', '{', ..];

    // Since version 4.4 hidden files, .git among them, are left out unless asked for.
    private static bool IsWholeFolder(string? path) =>
        path is not null && path.Split('\n', StringSplitOptions.TrimEntries).Any(p => Root.Contains(p.Replace(" ", "", StringComparison.Ordinal).TrimEnd('/')));
}
