using System.Collections.Frozen;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Rules;
using Sentinel.Scanning;
using Confidence = Sentinel.Contracts.Findings.Confidence;
using FindingCategory = Sentinel.Contracts.Findings.FindingCategory;
using Severity = Sentinel.Contracts.Findings.Severity;

namespace Sentinel.Api.Rules;

/// <summary>The rules of the engine that this build contains, as the wire shows them.</summary>
internal static class RulePack
{
    public static IReadOnlyList<RuleSummary> All { get; } = [.. RuleCatalog.All.Select(Summary).OrderBy(rule => rule.Id, StringComparer.Ordinal)];

    private static readonly FrozenDictionary<string, RuleSummary> ById = All.ToFrozenDictionary(rule => rule.Id, StringComparer.Ordinal);

    public static RuleSummary? Find(string id) => ById.GetValueOrDefault(id);

    public static RuleGuidance Guidance(string id) => Guidance(Find(id));

    /// <summary>A finding outlives its rule: one from an older rule pack has no text any more.</summary>
    public static RuleGuidance Guidance(RuleSummary? rule) => rule is not null
        ? new RuleGuidance(rule.Description, rule.Remediation, rule.References)
        : new RuleGuidance("This rule is no longer part of the rule pack.", "", []);

    private static RuleSummary Summary(RuleDescriptor rule) => new(
        rule.Id, rule.Title, Same<FindingCategory>(rule.Category), Same<Severity>(rule.Severity), Same<Confidence>(rule.Confidence),
        rule.Cwe, rule.AnalyzerId, rule.Description, rule.Remediation, rule.References, OpenFindings: 0);

    // The engine knows nothing of the wire: its enums and ours are different types with the same names.
    private static T Same<T>(Enum value)
        where T : struct, Enum => Enum.Parse<T>(value.ToString());
}
