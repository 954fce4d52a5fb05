using System.Text.RegularExpressions;
using Sentinel.Scanning.Workflows.Fixes;
using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows.Rules;

/// <summary>An action whose code may change under the same name.</summary>
internal sealed partial class UnpinnedUses : IWorkflowRule
{
    public RuleDescriptor Descriptor { get; } = WorkflowRule.Describe(
        "unpinned-uses", "Action is not pinned to a commit", Severity.Medium, Confidence.High, 1357,
        "A tag or branch of an action can be moved by whoever controls its repository. In March 2025 the tags of tj-actions/changed-files were moved to code that printed the secrets of thousands of workflows.",
        "Name the full commit hash and keep the version as a comment: uses: owner/action@<40 digits> # v1.2.3. Dependabot updates both.",
        ["https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions", "https://nvd.nist.gov/vuln/detail/CVE-2025-30066"],
        [
            WorkflowRule.Workflow("push", "steps:\n  - uses: acme/deploy@v1"),
            WorkflowRule.Workflow("push", "steps:\n  - uses: docker://alpine:3.22"),
            "on: push\npermissions: {}\njobs:\n  call:\n    uses: acme/workflows/.github/workflows/build.yml@main\n",
        ],
        [
            WorkflowRule.Workflow("push", "steps:\n  - uses: acme/deploy@<hex:40>"),
            WorkflowRule.Workflow("push", "steps:\n  - uses: ./.github/actions/local"),
            WorkflowRule.Workflow("push", "steps:\n  - uses: docker://alpine@sha256:<hex:64>"),
        ]);

    public IEnumerable<WorkflowMatch> Check(WorkflowDocument workflow)
    {
        foreach (var job in workflow.Jobs)
        {
            if (job.Node.Scalar("uses") is { } called && Judge(called, job.Id, "uses") is { } match) yield return Pinning(match, job.Node, called);
        }
        foreach (var step in workflow.Steps)
        {
            if (step.Uses is { } uses && Judge(uses, step.Job.Id, step.Node.Text("id") ?? step.Node.Text("name") ?? "") is { } match) yield return Pinning(match, step.Node, uses);
        }

        WorkflowMatch Pinning(WorkflowMatch match, YamlMap node, YamlText named) => PinnedAction.MayNameTag(named.Value)
            ? match with { Pin = (tags, token) => PinnedAction.PinAsync(workflow.Source, node.Entry("uses")!, tags, token) }
            : match;
    }

    private static WorkflowMatch? Judge(YamlText node, params string[] scope)
    {
        var uses = node.Value.Trim();
        if (uses.Length == 0 || uses.StartsWith("./", StringComparison.Ordinal) || uses.Contains("${{", StringComparison.Ordinal)) return null;
        var isImage = uses.StartsWith("docker://", StringComparison.Ordinal);
        if (isImage ? uses.Contains("@sha256:", StringComparison.Ordinal) : Pinned().IsMatch(uses)) return null;

        return new WorkflowMatch(node.Span, $"{Shorten(uses)} may be other code tomorrow.", uses.Split('@')[0], scope) { Severity = IsPlatform(uses) ? Severity.Low : null };
    }

    // GitHub's own actions share the platform's fate: a moved tag there is far less likely.
    private static bool IsPlatform(string uses) => uses.Split('/')[0].ToLowerInvariant() is "actions" or "github";

    private static string Shorten(string uses) => uses.Length <= 200 ? uses : uses[..200] + "…";

    [GeneratedRegex("@(?:[0-9a-f]{40}|[0-9a-f]{64})$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Pinned();
}
