using System.Collections.Frozen;
using Sentinel.Scanning.Policies;

namespace Sentinel.Scanning;

/// <summary>All rules, those of the scanners and those that compare two versions.</summary>
public static class RuleCatalog
{
    private static readonly Lazy<FrozenDictionary<string, RuleDescriptor>> ById =
        new(() => ScannerRegistration.Analyzers.SelectMany(a => a.Rules).Append(PolicyLoosened.Rule).ToFrozenDictionary(r => r.Id, StringComparer.Ordinal));

    /// <summary>Sorted by id.</summary>
    public static IReadOnlyList<RuleDescriptor> All => [.. ById.Value.Values.OrderBy(r => r.Id, StringComparer.Ordinal)];

    /// <summary>Those that find defects in one file, so that one example is enough to try them. Sorted by id.</summary>
    public static IReadOnlyList<RuleDescriptor> OfFiles => [.. All.Where(r => r.AnalyzerId != PolicyLoosened.AnalyzerId)];

    /// <summary>The rule, or null when no scanner has it.</summary>
    public static RuleDescriptor? Find(string id) => ById.Value.GetValueOrDefault(id);
}
