using Sentinel.Scanning.Workflows.Expressions;
using Sentinel.Scanning.Workflows.Fixes;

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
            WorkflowRule.Workflow("discussion", "steps:\n  - run: echo '${{ toJSON(github.event) }}'"),
            WorkflowRule.Action("- shell: bash\n  run: git switch ${{ github['event'].pull_request.head.ref || 'main' }}"),
            WorkflowRule.Workflow("issue_comment", "env:\n  BODY: ${{ github.event.comment.body }}\nsteps:\n  - run: |\n      true\n      echo ${{ env.BODY }}"),
        ],
        [
            WorkflowRule.Workflow("issues", "steps:\n  - env:\n      TITLE: ${{ github.event.issue.title }}\n    run: echo \"$TITLE\""),
            WorkflowRule.Workflow("push", "steps:\n  - run: echo ${{ github.sha }} ${{ github.event.issue.number }}"),
            WorkflowRule.Workflow("push", "steps:\n  - run: echo ${{ github.event_name == 'pull_request' && github.event.pull_request.head.ref == 'x' }}"),
            WorkflowRule.Workflow("push", "steps:\n  - run: echo ${{ hashFiles(github.head_ref) }}"),
            WorkflowRule.Workflow("pull_request", "steps:\n  - run: echo ${{ contains(github.event.pull_request.title, 'x') }}"),
        ]);

    public IEnumerable<WorkflowMatch> Check(WorkflowDocument workflow)
    {
        foreach (var step in workflow.Steps)
        {
            var untrusted = (from script in ScriptInputs.Of(step)
                             from expression in ExpressionScanner.In(script)
                             let origin = Taint.Of(expression, workflow, step)
                             where origin is not null
                             select (Expression: expression, Origin: origin)).ToList();
            foreach (var (expression, origin) in untrusted)
            {
                yield return WorkflowMatch.At(expression, step, $"{origin} is text that anybody may write, and it is pasted into a script.") with
                {
                    Severity = SeverityIn(workflow),
                    Fix = () => EnvironmentInstead.Use(workflow, step, expression, [.. untrusted.Select(u => u.Expression).Where(e => e.Holder == step.Run)]),
                };
            }
        }
    }

    // A pull request from a fork gets a token that only reads and no secrets; a push needs rights already. In a called workflow or an
    // action it is the caller who decides.
    private static Severity? SeverityIn(WorkflowDocument workflow) =>
        workflow.IsAction || workflow.Triggers.Has("workflow_call") || workflow.Triggers.ArePrivilegedForStrangers ? null : Severity.Medium;
}
