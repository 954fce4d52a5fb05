using System.Text.RegularExpressions;

namespace Sentinel.Scanning.Workflows.Rules;

/// <summary>A privileged workflow writes variables for later steps from a stranger's files.</summary>
internal sealed partial class GitHubEnvInjection : IWorkflowRule
{
    public RuleDescriptor Descriptor { get; } = WorkflowRule.Describe(
        "github-env-injection", "Environment of later steps is written in a privileged workflow", Severity.High, Confidence.Low, 77,
        "What is written to GITHUB_ENV or GITHUB_PATH becomes the environment of all later steps. In a workflow that strangers can start, a value they control (LD_PRELOAD, NODE_OPTIONS, a directory on the PATH) runs their code with the repository's rights.",
        "Use step outputs (GITHUB_OUTPUT) and pass them explicitly, or write only values that cannot hold a line break or be chosen by others.",
        ["https://securitylab.github.com/resources/github-actions-untrusted-input/"],
        [WorkflowRule.Workflow("workflow_run", "steps:\n  - run: echo \"PR=$(cat pr.txt)\" >> $GITHUB_ENV")],
        [
            WorkflowRule.Workflow("push", "steps:\n  - run: echo \"PR=$(cat pr.txt)\" >> $GITHUB_ENV"),
            WorkflowRule.Workflow("workflow_run", "steps:\n  - run: echo \"MODE=fast\" >> $GITHUB_ENV"),
            WorkflowRule.Workflow("workflow_run", "steps:\n  - run: echo \"pr=$(cat pr.txt)\" >> $GITHUB_OUTPUT"),
        ]);

    public IEnumerable<WorkflowMatch> Check(WorkflowDocument workflow)
    {
        if (!workflow.RunsPrivilegedForStrangers) return [];
        return from step in workflow.Steps
               let run = step.Run
               where run is not null
               from Match match in Write().Matches(run.Value ?? "")
               select new WorkflowMatch(run, match.Value.Trim(), "A value that is computed here becomes the environment of all later steps.", match.Value, step.Job.Id, step.Label);
    }

    // A line that expands something and appends it to one of the two files.
    [GeneratedRegex(@"[^\n]*[$`][^\n]*>>[ \t]*""?\$\{?GITHUB_(?:ENV|PATH)\}?""?", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Write();
}
