using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows.Rules;

/// <summary>A called workflow gets every secret.</summary>
internal sealed class SecretsInherit : IWorkflowRule
{
    public RuleDescriptor Descriptor { get; } = WorkflowRule.Describe(
        "secrets-inherit", "Called workflow inherits all secrets", Severity.Medium, Confidence.High, 200,
        "secrets: inherit hands every secret of the caller to the called workflow, whether it needs it or not; a fault there exposes them all.",
        "Pass the secrets it needs by name: secrets: with one line for each.",
        ["https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows#passing-inputs-and-secrets-to-a-reusable-workflow"],
        ["on: push\npermissions: {}\njobs:\n  call:\n    uses: acme/workflows/.github/workflows/build.yml@<hex:40>\n    secrets: inherit\n"],
        ["on: push\npermissions: {}\njobs:\n  call:\n    uses: acme/workflows/.github/workflows/build.yml@<hex:40>\n    secrets:\n      token: ${{ secrets.DEPLOY }}\n"]);

    public IEnumerable<WorkflowMatch> Check(WorkflowDocument workflow) =>
        from job in workflow.Jobs
        let secrets = job.Node.Scalar("secrets")
        where secrets is { Value: "inherit" }
        select new WorkflowMatch(secrets.Span, "Every secret is handed to the called workflow.", job.Node.Text("uses")?.Split('@')[0] ?? "", job.Id);
}
