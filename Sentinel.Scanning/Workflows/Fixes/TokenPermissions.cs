using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Sentinel.Scanning.Fixes;
using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows.Fixes;

/// <summary>Limits a workflow's token to reading the code, where nothing in it can need more.</summary>
internal static partial class TokenPermissions
{
    // Each of them documents that it needs to read contents at most, or no token at all.
    private static readonly FrozenSet<string> ContentWithReading = FrozenSet.ToFrozenSet(
        [
            "actions/cache", "actions/cache/restore", "actions/cache/save", "actions/checkout", "actions/download-artifact", "actions/setup-dotnet", "actions/setup-go",
            "actions/setup-java", "actions/setup-node", "actions/setup-python", "actions/upload-artifact", "docker/setup-buildx-action", "docker/setup-qemu-action",
            "dtolnay/rust-toolchain", "oven-sh/setup-bun", "pnpm/action-setup", "ruby/setup-ruby", "swatinem/rust-cache", "astral-sh/setup-uv",
        ],
        StringComparer.Ordinal);

    public static bool IsContentWithReading(string action) => ContentWithReading.Contains(action);

    public static FixProposal? LimitToReading(WorkflowDocument workflow)
    {
        var text = workflow.Source;
        if (Token().IsMatch(text) || workflow.Jobs.Any(j => j.Node.Entry("uses") is not null)) return null;
        if (workflow.Steps.Any(s => s.Action is { } action && !ContentWithReading.Contains(action))) return null;
        if (YamlEdits.Before(text, workflow.Root.Entry("jobs")!, "permissions:", "  contents: read", "") is not { } edit) return null;
        return new FixProposal("The token can read the code and nothing else; no step of this workflow was seen to need more.", [edit]);
    }

    // Whatever may use the token, or write back.
    [GeneratedRegex(@"GITHUB_TOKEN|GH_TOKEN|github\.token|secrets\.|\bgh\s|\bgit\b[^\n]{0,80}\spush\b|api\.github\.com|ACTIONS_ID_TOKEN|ghcr\.io|release|publish|deploy", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Token();
}
