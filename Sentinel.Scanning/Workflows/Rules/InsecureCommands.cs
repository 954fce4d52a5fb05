using Sentinel.Scanning.Fixes;
using Sentinel.Scanning.Workflows.Fixes;
using Sentinel.Scanning.Yaml;

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
        let holder = env.Parent.Entry("env")
        let entry = (holder?.Value as YamlMap).Entry(Switch)
        where entry?.Value is YamlText { Value: { } value } && IsOn(value)
        select new WorkflowMatch(TextSpan.Between(entry.Key.Span.Start, entry.Value.Span.End), "Anything a step prints may set variables of later steps.", Switch, env.Scope)
        {
            Fix = () => YamlEdits.Remove(workflow.Source, env.Parent, holder!, entry) is { } edit && !UsesCommands(workflow)
                ? new FixProposal("Printed lines set no variables any more; no script of this workflow was seen to need that.", [edit])
                : null,
        };

    // The runner reads it as a boolean; an expression may be true.
    private static bool IsOn(string value) => value.Trim().ToLowerInvariant() is "true" or "1" or "y" or "yes" or "on" || value.Contains("${{", StringComparison.Ordinal);

    // The commands that it allows; without it they fail.
    private static bool UsesCommands(WorkflowDocument workflow) =>
        workflow.Source.Contains("::set-env", StringComparison.Ordinal) || workflow.Source.Contains("::add-path", StringComparison.Ordinal);

    private static IEnumerable<(YamlMap Parent, string[] Scope)> EnvironmentsOf(WorkflowDocument workflow) =>
        workflow.Jobs.Select(j => (j.Node, (string[])[j.Id]))
            .Concat(workflow.Steps.Select(s => (s.Node, (string[])[s.Job.Id, s.Label])))
            .Prepend((workflow.Root, []));
}
