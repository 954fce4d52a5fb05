using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows.Rules;

/// <summary>Pull requests run on the owner's machines.</summary>
internal sealed class SelfHostedRunner : IWorkflowRule
{
    public RuleDescriptor Descriptor { get; } = WorkflowRule.Describe(
        "self-hosted-runner", "Pull requests run on a self-hosted runner", Severity.Medium, Confidence.Low, 250,
        "A pull request's code runs on your own machine, inside your network. On a runner that is not thrown away after each job it can stay and wait for the next one. In a public repository anybody may open a pull request.",
        "Run pull requests on GitHub's runners, or on machines that live for one job; require approval for first-time contributors.",
        ["https://docs.github.com/en/actions/reference/security/secure-use#hardening-for-self-hosted-runners"],
        ["on: pull_request\npermissions: {}\njobs:\n  build:\n    runs-on: [self-hosted, linux]\n    steps:\n      - run: make\n"],
        ["on: push\npermissions: {}\njobs:\n  build:\n    runs-on: self-hosted\n    steps:\n      - run: make\n", "on: pull_request\npermissions: {}\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n"]);

    public IEnumerable<WorkflowMatch> Check(WorkflowDocument workflow)
    {
        if (!workflow.Triggers.IncludePullRequests) yield break;
        foreach (var job in workflow.Jobs)
        {
            if (job.Node.Get("runs-on") is { } runner && IsSelfHosted(runner))
                yield return new WorkflowMatch(runner.Span, "The code of pull requests runs on a machine of your own.", "self-hosted", job.Id);
        }
    }

    private static bool IsSelfHosted(YamlValue runner) =>
        runner.OneOrMany().Any(l => l.Value == "self-hosted") || (runner is YamlMap group && group.Get("labels") is { } labels && IsSelfHosted(labels));
}
