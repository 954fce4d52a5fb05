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
            WorkflowRule.Workflow("workflow_run", "steps:\n  - run: echo \"$HOME/.local/bin\" >> $GITHUB_PATH"),
            WorkflowRule.Workflow("workflow_run", "steps:\n  - run: echo \"SHA=${{ github.sha }}\" >> $GITHUB_ENV"),
            WorkflowRule.Workflow("workflow_run", "steps:\n  - run: echo \"MODE=fast\" >> $GITHUB_ENV"),
            WorkflowRule.Workflow("workflow_run", "steps:\n  - run: echo \"pr=$(cat pr.txt)\" >> $GITHUB_OUTPUT"),
        ]);

    public IEnumerable<WorkflowMatch> Check(WorkflowDocument workflow)
    {
        // Who calls an action or a workflow is not known here.
        if (!workflow.Triggers.ArePrivilegedForStrangers) yield break;
        foreach (var step in workflow.Steps)
        {
            if (step.Run is not { } run) continue;
            foreach (var line in LinesOf(run.Value))
            {
                if (Write().IsMatch(Harmless().Replace(run.Value.Substring(line.Start, line.Length), "")))
                {
                    var span = line.Trim(run.Value);
                    yield return WorkflowMatch.At(run.SpanOf(span.Start, span.Length), step, "A value that is computed here becomes the environment of all later steps.", run.Value.Substring(span.Start, span.Length));
                }
            }
        }
    }

    // Values that no stranger chooses. Expressions are another rule's: what is untrusted among them is pasted text.
    [GeneratedRegex(@"\$\{\{[^}]*\}\}|\$\{?(?:HOME|PWD|RUNNER_[A-Z_]+|GITHUB_(?:WORKSPACE|SHA|RUN_ID|RUN_NUMBER|RUN_ATTEMPT|REPOSITORY|ACTION_PATH|SERVER_URL))\b\}?|\$\((?:pwd|nproc|date|mktemp|go env|brew --prefix|npm prefix)\b[^()$`]*\)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Harmless();

    private static IEnumerable<TextSpan> LinesOf(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start) is >= 0 and var found ? found : text.Length;
            yield return TextSpan.Between(start, end);
            start = end + 1;
        }
    }

    // A line that expands something and sends it to one of the two files: >> $GITHUB_ENV, | tee -a $GITHUB_ENV, Out-File $env:GITHUB_PATH, >> %GITHUB_ENV%.
    [GeneratedRegex(@"[$`%].*(?:>>?|\|[ \t]*(?:tee|out-file|add-content)\b[^|]*)[ \t]*[""']?(?:\$\{?(?:env:)?GITHUB_(?:ENV|PATH)\b|%GITHUB_(?:ENV|PATH)%|\$\{\{[ \t]*env\.GITHUB_(?:ENV|PATH))", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Write();
}
