using System.Collections.Frozen;
using Sentinel.Scanning.Shell;
using Sentinel.Scanning.Workflows.Expressions;
using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows.Rules;

/// <summary>A privileged workflow checks out a stranger's code.</summary>
internal sealed class UntrustedCheckout : IWorkflowRule
{
    private const string Message = "The code of a pull request is checked out in a workflow that holds the repository's rights.";

    private static readonly FrozenSet<string> Heads = FrozenSet.ToFrozenSet(
        [
            "github.head_ref", "github.event.pull_request.head.ref", "github.event.pull_request.head.sha", "github.event.pull_request.head.label",
            "github.event.pull_request.head.repo.full_name", "github.event.pull_request.merge_commit_sha",
            "github.event.workflow_run.head_branch", "github.event.workflow_run.head_sha", "github.event.workflow_run.head_commit.id",
            "github.event.workflow_run.head_repository.full_name", "github.event.workflow_run.pull_requests.*.head.sha", "github.event.workflow_run.pull_requests.*.head.ref",
        ],
        StringComparer.Ordinal);

    public RuleDescriptor Descriptor { get; } = WorkflowRule.Describe(
        "untrusted-checkout", "Privileged workflow checks out a pull request's code", Severity.Critical, Confidence.Medium, 829,
        "pull_request_target, workflow_run and issue_comment run with the repository's token and secrets. Checking out the head of a pull request there puts a stranger's build scripts, tests and hooks into that job: running any of them hands over the token.",
        "Build pull requests in a workflow on pull_request, which has no secrets, and pass results to the privileged one as artifacts that are treated as data. If the code must be here, never run anything of it, and set persist-credentials: false.",
        ["https://docs.github.com/en/actions/reference/security/secure-use#mitigating-the-risks-of-untrusted-code-checkout", "https://securitylab.github.com/resources/github-actions-preventing-pwn-requests/"],
        [
            WorkflowRule.Workflow("pull_request_target", "steps:\n  - uses: actions/checkout@<hex:40>\n    with:\n      ref: ${{ github.event.pull_request.head.sha }}\n      persist-credentials: false"),
            WorkflowRule.Workflow("issue_comment", "steps:\n  - run: gh pr checkout ${{ github.event.issue.number }}"),
        ],
        [
            WorkflowRule.Workflow("pull_request", "steps:\n  - uses: actions/checkout@<hex:40>\n    with:\n      ref: ${{ github.event.pull_request.head.sha }}\n      persist-credentials: false"),
            WorkflowRule.Workflow("pull_request_target", "steps:\n  - uses: actions/checkout@<hex:40>\n    with:\n      persist-credentials: false"),
        ]);

    public IEnumerable<WorkflowMatch> Check(WorkflowDocument workflow)
    {
        if (!workflow.Triggers.ArePrivilegedForStrangers) yield break;
        foreach (var step in workflow.Steps)
        {
            if (step.Action == "actions/checkout")
            {
                // A stranger's repository at its default branch is as bad as the pull request's head.
                if ((step.With.Scalar("ref") ?? step.With.Scalar("repository")) is { } reference && IsHead(reference))
                    yield return WorkflowMatch.At(reference, step, Message, reference.Value);
            }
            else if (step.Run is { } run)
            {
                foreach (var command in ShellScript.Parse(run.Value).Where(ChecksOutHead))
                    yield return WorkflowMatch.At(run.SpanOf(command.Span.Start, command.Span.Length), step, Message, command.Name + " checkout");
            }
        }
    }

    private static bool IsHead(YamlText reference)
    {
        if (reference.Value.Contains("refs/pull/", StringComparison.Ordinal)) return true;
        return ExpressionScanner.In(reference).Where(e => e.Tree is not null).SelectMany(e => e.Tree!.Flows()).Any(c => Heads.Contains(c.Path));
    }

    private static bool ChecksOutHead(ShellCommand command)
    {
        var words = command.Arguments.Select(a => a.Text).ToArray();
        return command.Name switch
        {
            "gh" => words is ["pr", "checkout", ..] or ["co", ..],
            "git" => words is ["fetch" or "pull" or "checkout", ..] && words.Any(w => (w.Contains("pull/", StringComparison.Ordinal) && w.Contains("/head", StringComparison.Ordinal)) || w.Contains("pull_request.head.", StringComparison.Ordinal)),
            _ => false,
        };
    }
}
