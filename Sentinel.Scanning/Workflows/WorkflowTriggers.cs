using System.Collections.Frozen;
using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows;

/// <summary>What starts a workflow.</summary>
internal sealed class WorkflowTriggers
{
    // Anybody may cause these, and the workflow runs on the default branch with the repository's token and secrets:
    // https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows.
    private static readonly FrozenSet<string> Privileged = FrozenSet.ToFrozenSet(
        ["pull_request_target", "workflow_run", "issue_comment", "issues", "discussion", "discussion_comment", "fork", "watch", "gollum"], StringComparer.Ordinal);

    private readonly Dictionary<string, YamlMap?> _events = new(StringComparer.Ordinal);

    public WorkflowTriggers(YamlValue? on)
    {
        foreach (var name in on.OneOrMany()) _events.TryAdd(name.Value, null);
        foreach (var entry in (on as YamlMap)?.Entries ?? []) _events.TryAdd(entry.Key.Value, entry.Value as YamlMap);
    }

    public static WorkflowTriggers None { get; } = new(null);

    public IReadOnlyCollection<string> Names => _events.Keys;

    /// <summary>Whether a stranger starts it with the repository's own rights.</summary>
    public bool ArePrivilegedForStrangers => _events.Keys.Any(Privileged.Contains);

    /// <summary>Whether a pull request's code is what it runs on, with or without the repository's rights.</summary>
    public bool IncludePullRequests => Has("pull_request") || Has("pull_request_target");

    public bool Has(string name) => _events.ContainsKey(name);

    /// <summary>The event's filters; null when it has none or is not a trigger.</summary>
    public YamlMap? Filters(string name) => _events.GetValueOrDefault(name);
}
