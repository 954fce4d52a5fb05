using Sentinel.Scanning.Workflows.Fixes;
using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows.Rules;

/// <summary>What the token may do is left to the repository's setting.</summary>
internal sealed class MissingPermissions : IWorkflowRule
{
    public RuleDescriptor Descriptor { get; } = WorkflowRule.Describe(
        "missing-permissions", "Workflow does not limit its token", Severity.Low, Confidence.Medium, 250,
        "Without a permissions block the token gets the repository's or organisation's default, which for older ones is to write nearly everything.",
        "Add permissions: {} (or contents: read) at the top of the workflow, and give jobs what they need.",
        ["https://docs.github.com/en/actions/reference/security/secure-use#restricting-permissions-for-tokens"],
        ["on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n"],
        [
            "on: push\npermissions:\n  contents: read\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n",
            "on: push\njobs:\n  build:\n    permissions: {}\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n",
            "on: workflow_call\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n",
        ]);

    public IEnumerable<WorkflowMatch> Check(WorkflowDocument workflow)
    {
        // A called workflow has its caller's rights at most.
        if (workflow.IsAction || workflow.Root.Entry("permissions") is not null || (workflow.Triggers.Has("workflow_call") && workflow.Triggers.Names.Count == 1)) yield break;
        if (workflow.Jobs.Count == 0 || workflow.Jobs.All(j => j.Node.Entry("permissions") is not null)) yield break;
        var place = workflow.Root.Entry("jobs")!.Key.Span;
        yield return new WorkflowMatch(place, "Neither the workflow nor every job says what its token may do.", "permissions", workflow.Root.Text("name") ?? "")
        {
            Fix = () => TokenPermissions.LimitToReading(workflow),
        };
    }
}
