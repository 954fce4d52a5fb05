using Sentinel.Scanning.Yaml;
using YamlDotNet.RepresentationModel;

namespace Sentinel.Scanning.Workflows.Rules;

/// <summary>Text that strangers write is pasted into a script.</summary>
internal sealed class TemplateInjection : IWorkflowRule
{
    public RuleDescriptor Descriptor { get; } = WorkflowRule.Describe(
        "template-injection", "Script injection from event text", Severity.High, Confidence.High, 94,
        "The runner pastes the value of ${{ }} into the script before the shell reads it. A title, branch name or comment such as $(curl …) is then executed with the workflow's token and secrets.",
        "Pass the value through the environment and let the shell read it as data: env: TITLE: ${{ github.event.issue.title }}, then \"$TITLE\" in the script.",
        ["https://docs.github.com/en/actions/concepts/security/script-injections"],
        [
            WorkflowRule.Workflow("issues", "steps:\n  - run: echo \"${{ github.event.issue.title }}\""),
            WorkflowRule.Workflow("pull_request", "steps:\n  - uses: actions/github-script@<hex:40>\n    with:\n      script: console.log('${{ github.head_ref }}')"),
            WorkflowRule.Workflow("issue_comment", "env:\n  BODY: ${{ github.event.comment.body }}\nsteps:\n  - run: |\n      true\n      echo ${{ env.BODY }}"),
        ],
        [
            WorkflowRule.Workflow("issues", "steps:\n  - env:\n      TITLE: ${{ github.event.issue.title }}\n    run: echo \"$TITLE\""),
            WorkflowRule.Workflow("push", "steps:\n  - run: echo ${{ github.sha }} ${{ github.event.issue.number }}"),
            WorkflowRule.Workflow("pull_request", "steps:\n  - run: echo ${{ contains(github.event.pull_request.title, 'x') }}"),
        ]);

    public IEnumerable<WorkflowMatch> Check(WorkflowDocument workflow) =>
        from step in workflow.Steps
        from script in ScriptsOf(step)
        from expression in Expressions.In(script.Value ?? "")
        where Expressions.IsUntrusted(expression.Inner) || IsUntrustedVariable(expression.Inner, workflow, step)
        let text = script.Value!.Substring(expression.Index, expression.Length)
        select new WorkflowMatch(script, text, $"{expression.Inner} is text that anybody may write, and it is pasted into a script.", expression.Inner, step.Job.Id, step.Label);

    private static IEnumerable<YamlScalarNode> ScriptsOf(WorkflowStep step)
    {
        if (step.Run is { } run) yield return run;
        if (step.Action == "actions/github-script" && step.With.Scalar("script") is { } script) yield return script;
    }

    // ${{ env.X }} pastes as well; what X holds decides.
    private static bool IsUntrustedVariable(string expression, WorkflowDocument workflow, WorkflowStep step)
    {
        if (!expression.StartsWith("env.", StringComparison.Ordinal)) return false;
        var name = expression[4..].Trim();
        var value = step.Env.Text(name) ?? step.Job.Node.Map("env").Text(name) ?? workflow.Root.Map("env").Text(name);
        return value is not null && Expressions.In(value).Any(e => Expressions.IsUntrusted(e.Inner));
    }
}
