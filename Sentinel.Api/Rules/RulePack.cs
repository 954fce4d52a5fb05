using System.Collections.Frozen;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Rules;

namespace Sentinel.Api.Rules;

/// <summary>The rules of the engine that this build contains, as the wire shows them.</summary>
internal static class RulePack
{
    public static IReadOnlyList<RuleSummary> All { get; } = [];

    private static readonly FrozenDictionary<string, RuleSummary> ById = All.ToFrozenDictionary(rule => rule.Id, StringComparer.Ordinal);

    public static RuleSummary? Find(string id) => ById.GetValueOrDefault(id);

    /// <summary>A finding outlives its rule: one from an older rule pack has no text any more.</summary>
    public static RuleGuidance Guidance(string id) => Find(id) is { } rule
        ? new RuleGuidance(rule.Description, rule.Remediation, rule.References)
        : new RuleGuidance("This rule is no longer part of the rule pack.", "", []);
}
