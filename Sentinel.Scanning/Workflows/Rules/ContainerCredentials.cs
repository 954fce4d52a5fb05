using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows.Rules;

/// <summary>A registry's password in clear text.</summary>
internal sealed class ContainerCredentials : IWorkflowRule
{
    public RuleDescriptor Descriptor { get; } = WorkflowRule.Describe(
        "container-credentials", "Registry password in the workflow", Severity.High, Confidence.High, 798,
        "The password of a container registry stands in the workflow, readable for everybody who can read the repository and its history.",
        "Rotate the password, store it as a secret, and write password: ${{ secrets.NAME }}.",
        ["https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idcontainercredentials"],
        [WorkflowRule.Workflow("push", "container:\n  image: registry.example/app:1\n  credentials:\n    username: ci\n    password: <mixed:14>\nsteps:\n  - run: make")],
        [WorkflowRule.Workflow("push", "container:\n  image: registry.example/app:1\n  credentials:\n    username: ci\n    password: ${{ secrets.REGISTRY }}\nsteps:\n  - run: make")]);

    public IEnumerable<WorkflowMatch> Check(WorkflowDocument workflow) =>
        from job in workflow.Jobs
        from container in job.Containers
        let entry = (container.Node as YamlMap).Map("credentials").Entry("password")
        where entry?.Value is YamlText { Value: { Length: > 0 } value } && !value.Contains("${{", StringComparison.Ordinal)
        // The key, not the value: a place is shown, and the value must not be.
        select new WorkflowMatch(entry.Key.Span, "A registry's password stands in the workflow.", "password", job.Id, container.Name);
}
