using Sentinel.Scanning.Workflows.Expressions;
using Sentinel.Scanning.Workflows.Fixes;
using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows.Rules;

/// <summary>A privileged workflow trusts whoever acted last.</summary>
internal sealed class BotCondition : IWorkflowRule
{
    private const string Message = "The condition asks who acted last, not who wrote the code.";

    // The number of the dependabot[bot] account.
    private const string DependabotId = "49699333";

    public RuleDescriptor Descriptor { get; } = WorkflowRule.Describe(
        "bot-condition", "Bot check can be bypassed", Severity.High, Confidence.Medium, 290,
        "github.actor is whoever acted last, not who wrote the code. A stranger who makes a bot act on their pull request (rebase, retry) passes this condition with their own code.",
        "Compare github.event.pull_request.user.login, and the head repository with the base repository.",
        ["https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#github-context"],
        [WorkflowRule.Workflow("pull_request_target", "if: github.actor == 'dependabot[bot]'\nsteps:\n  - run: gh pr merge")],
        [
            WorkflowRule.Workflow("pull_request_target", "if: github.event.pull_request.user.login == 'dependabot[bot]'\nsteps:\n  - run: gh pr merge"),
            WorkflowRule.Workflow("pull_request", "if: github.actor != 'dependabot[bot]'\nsteps:\n  - run: make"),
        ]);

    public IEnumerable<WorkflowMatch> Check(WorkflowDocument workflow)
    {
        if (!workflow.Triggers.ArePrivilegedForStrangers) yield break;
        foreach (var job in workflow.Jobs)
        {
            if (job.Node.Scalar("if") is { } condition && AsksActor(condition)) yield return new WorkflowMatch(condition.Span, Message, condition.Value, job.Id) { Fix = () => BotAuthor.Ask(workflow, condition) };
        }
        foreach (var step in workflow.Steps)
        {
            if (step.Node.Scalar("if") is { } condition && AsksActor(condition)) yield return WorkflowMatch.At(condition, step, Message, condition.Value) with { Fix = () => BotAuthor.Ask(workflow, condition) };
        }
    }

    private static bool AsksActor(YamlText condition) =>
        ExpressionScanner.OfCondition(condition)?.All().OfType<Expression.Operation>().Any(o => o is { Operator: "==", Operands: [var left, var right] } && (IsBotCheck(left, right) || IsBotCheck(right, left))) == true;

    private static bool IsBotCheck(Expression actor, Expression name) =>
        actor is Expression.Context { Path: "github.actor" or "github.triggering_actor" or "github.event.sender.login" or "github.actor_id" }
        && name is Expression.Literal { Text: { } text } && (text.EndsWith("[bot]", StringComparison.OrdinalIgnoreCase) || text == DependabotId);
}
