using System.Collections.Frozen;

namespace Sentinel.Worker.Liveness;

/// <summary>The providers that can be asked: one file each in <c>Providers/</c>.</summary>
internal static class LivenessProviders
{
    private const string Prefix = "Sentinel.Worker.Liveness.Providers.";

    private static readonly Lazy<IReadOnlyList<LivenessDefinition>> Shipped = new(Load);

    private static readonly Lazy<FrozenDictionary<string, LivenessDefinition>> ByRuleId = new(() =>
        All.SelectMany(d => d.Rules.Select(r => KeyValuePair.Create(r, d))).ToFrozenDictionary(StringComparer.Ordinal));

    /// <summary>Sorted by id.</summary>
    public static IReadOnlyList<LivenessDefinition> All => Shipped.Value;

    /// <summary>The provider that knows secrets of a rule; null when none does.</summary>
    public static LivenessDefinition? ForRule(string ruleId) => ByRuleId.Value.GetValueOrDefault(ruleId);

    public static LivenessDefinition? Find(string id) => All.FirstOrDefault(d => d.Id == id);

    private static List<LivenessDefinition> Load()
    {
        var assembly = typeof(LivenessProviders).Assembly;
        var definitions = new List<LivenessDefinition>();
        var faults = new List<string>();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var text = new StreamReader(assembly.GetManifestResourceStream(name)!);
            var reader = new LivenessDefinitionReader(name[Prefix.Length..]);
            if (reader.Read(text) is { } definition) definitions.Add(definition);
            faults.AddRange(reader.Faults);
        }
        foreach (var group in definitions.SelectMany(d => d.Rules).GroupBy(r => r, StringComparer.Ordinal).Where(g => g.Count() > 1)) faults.Add($"the rule '{group.Key}' has two providers");
        return faults.Count == 0 ? definitions : throw new InvalidOperationException("The providers of liveness checks have faults:\n" + string.Join('\n', faults));
    }
}
