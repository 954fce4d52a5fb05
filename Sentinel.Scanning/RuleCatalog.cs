using System.Collections.Frozen;

namespace Sentinel.Scanning;

/// <summary>All rules of all scanners.</summary>
public static class RuleCatalog
{
    private static readonly Lazy<FrozenDictionary<string, RuleDescriptor>> ById =
        new(() => ScannerRegistration.Analyzers.SelectMany(a => a.Rules).ToFrozenDictionary(r => r.Id, StringComparer.Ordinal));

    /// <summary>Sorted by id.</summary>
    public static IReadOnlyList<RuleDescriptor> All => [.. ById.Value.Values.OrderBy(r => r.Id, StringComparer.Ordinal)];

    /// <summary>The rule, or null when no scanner has it.</summary>
    public static RuleDescriptor? Find(string id) => ById.Value.GetValueOrDefault(id);
}
