using Sentinel.Scanning.Yaml;
using YamlDotNet.RepresentationModel;

namespace Sentinel.Scanning.Workflows.Rules;

/// <summary>Log lines may set variables again.</summary>
internal sealed class InsecureCommands : IWorkflowRule
{
    private const string Switch = "ACTIONS_ALLOW_UNSECURE_COMMANDS";

    public RuleDescriptor Descriptor { get; } = WorkflowRule.Describe(
        "insecure-commands", "Unsafe workflow commands are allowed", Severity.High, Confidence.High, 77,
        "With ACTIONS_ALLOW_UNSECURE_COMMANDS anything a step prints may set environment variables and the PATH of the steps after it (CVE-2020-15228): printing a stranger's text is enough to run code.",
        "Take the variable out and write to $GITHUB_ENV and $GITHUB_PATH instead.",
        ["https://github.blog/changelog/2020-10-01-github-actions-deprecating-set-env-and-add-path-commands/", "https://nvd.nist.gov/vuln/detail/CVE-2020-15228"],
        [WorkflowRule.Workflow("push", "env:\n  ACTIONS_ALLOW_UNSECURE_COMMANDS: true\nsteps:\n  - run: make")],
        [WorkflowRule.Workflow("push", "env:\n  ACTIONS_ALLOW_UNSECURE_COMMANDS: false\nsteps:\n  - run: make")]);

    public IEnumerable<WorkflowMatch> Check(WorkflowDocument workflow) =>
        from env in EnvironmentsOf(workflow)
        where env.Node.Text(Switch) is { } value && value.Equals("true", StringComparison.OrdinalIgnoreCase)
        select new WorkflowMatch(env.Node!.Key(Switch)!, null, "Anything a step prints may set variables of later steps.", Switch, env.Scope);

    private static IEnumerable<(YamlMappingNode? Node, string Scope)> EnvironmentsOf(WorkflowDocument workflow) =>
        new[] { (workflow.Root.Map("env"), "workflow") }
            .Concat(workflow.Jobs.Select(j => (j.Node.Map("env"), j.Id)))
            .Concat(workflow.Steps.Select(s => (s.Env, $"{s.Job.Id}/{s.Label}")));
}
