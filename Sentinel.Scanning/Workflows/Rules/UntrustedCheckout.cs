using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows.Rules;

/// <summary>A privileged workflow checks out a stranger's code.</summary>
internal sealed class UntrustedCheckout : IWorkflowRule
{
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
        if (!workflow.RunsPrivilegedForStrangers) yield break;
        foreach (var step in workflow.Steps)
        {
            if (step.Action == "actions/checkout" && step.With.Scalar("ref") is { Value: { } reference } node && IsHead(reference))
                yield return new WorkflowMatch(node, null, $"The code of the pull request ({reference.Trim()}) is checked out in a workflow that holds the repository's rights.", reference, step.Job.Id, step.Label);
            else if (step.Run is { Value: { } script } run && script.Contains("gh pr checkout", StringComparison.Ordinal))
                yield return new WorkflowMatch(run, "gh pr checkout", "The code of the pull request is checked out in a workflow that holds the repository's rights.", "gh pr checkout", step.Job.Id, step.Label);
        }
    }

    private static bool IsHead(string reference) =>
        reference.Contains("pull_request.head.", StringComparison.Ordinal) || reference.Contains("github.head_ref", StringComparison.Ordinal)
        || reference.Contains("workflow_run.head_", StringComparison.Ordinal) || reference.Contains("refs/pull/", StringComparison.Ordinal)
        || reference.Contains("pull_request.merge_commit_sha", StringComparison.Ordinal);
}
