using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows.Rules;

/// <summary>The token may do everything.</summary>
internal sealed class ExcessivePermissions : IWorkflowRule
{
    public RuleDescriptor Descriptor { get; } = WorkflowRule.Describe(
        "excessive-permissions", "Workflow token may write everything", Severity.Medium, Confidence.High, 250,
        "With write-all every step, and every action it uses, may push code, publish packages and change releases of the repository.",
        "Start from permissions: {} or contents: read at the top, and give each job only what it needs.",
        ["https://docs.github.com/en/actions/reference/security/secure-use#restricting-permissions-for-tokens"],
        [WorkflowRule.Workflow("push", "steps:\n  - run: make", "permissions: write-all"), WorkflowRule.Workflow("push", "permissions: write-all\nsteps:\n  - run: make")],
        [WorkflowRule.Workflow("push", "steps:\n  - run: make", "permissions: read-all"), WorkflowRule.Workflow("push", "permissions:\n  contents: write\nsteps:\n  - run: make")]);

    public IEnumerable<WorkflowMatch> Check(WorkflowDocument workflow)
    {
        if (IsWriteAll(workflow.Root)) yield return Match(workflow.Root, "workflow");
        foreach (var job in workflow.Jobs.Where(j => IsWriteAll(j.Node))) yield return Match(job.Node, job.Id);
    }

    private static bool IsWriteAll(YamlMap node) => node.Text("permissions") == "write-all";

    private static WorkflowMatch Match(YamlMap node, string scope) =>
        new(node.Scalar("permissions")!.Span, "The token may write everything in the repository.", "write-all", scope);
}
