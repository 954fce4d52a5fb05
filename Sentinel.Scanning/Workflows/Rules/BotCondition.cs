using System.Text.RegularExpressions;
using Sentinel.Scanning.Yaml;
using YamlDotNet.RepresentationModel;

namespace Sentinel.Scanning.Workflows.Rules;

/// <summary>A privileged workflow trusts whoever acted last.</summary>
internal sealed partial class BotCondition : IWorkflowRule
{
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
        if (!workflow.RunsPrivilegedForStrangers) return [];
        return from condition in workflow.Jobs.Select(j => (If: j.Node.Scalar("if"), Scope: j.Id)).Concat(workflow.Steps.Select(s => (If: s.Node.Scalar("if"), Scope: $"{s.Job.Id}/{s.Label}")))
               where condition.If is { Value: { } text } && Actor().IsMatch(text)
               select new WorkflowMatch(condition.If, null, "The condition asks who acted last, not who wrote the code.", condition.If.Value!, condition.Scope);
    }

    [GeneratedRegex(@"(?i)github\.(?:triggering_)?actor\s*==\s*['""][^'""]*\[bot\]['""]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Actor();
}
