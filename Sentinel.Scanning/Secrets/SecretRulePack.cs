using System.Collections;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Sentinel.Scanning.Secrets;

/// <summary>The rules that come with Sentinel: written in YAML, shipped as one compact file, so that a scan starts in milliseconds.</summary>
internal static class SecretRulePack
{
    private const string Resource = "Sentinel.Scanning.Secrets.rules.json";
    private const string ExamplesResource = "Sentinel.Scanning.Secrets.examples.json";

    private static readonly Lazy<FrozenDictionary<string, SecretRuleExamples>> Examples = new(() =>
        Read(ExamplesResource, SecretRuleJson.Default.SecretRuleExamplesArray).ToFrozenDictionary(e => e.Id, StringComparer.Ordinal));

    /// <summary>The rules as they were shipped. Their examples, which no scan needs, are read when somebody asks for them.</summary>
    public static SecretRulePackData Read()
    {
        var pack = Read(Resource, SecretRuleJson.Default.SecretRulePackData);
        return pack with
        {
            Rules = [.. pack.Rules.Select(r => r with { Examples = new LazyList(() => Examples.Value[r.Id].Examples), NegativeExamples = new LazyList(() => Examples.Value[r.Id].NegativeExamples) })],
        };
    }

    /// <summary>The compact form of rule files.</summary>
    /// <param name="files">File names with their texts.</param>
    /// <exception cref="SecretRuleException">The files have faults.</exception>
    public static SecretRulePackData Build(IEnumerable<KeyValuePair<string, string>> files)
    {
        var rules = new List<SecretRuleData>();
        var faults = new List<string>();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, text) in files.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{text}\0"));
            var reader = new SecretRuleReader(name, checkPatterns: true);
            rules.AddRange(reader.Read(new StringReader(text)));
            faults.AddRange(reader.Faults);
        }
        faults.AddRange(Cross(rules));
        if (faults.Count > 0) throw new SecretRuleException(faults);
        return new SecretRulePackData(Convert.ToHexStringLower(hash.GetHashAndReset())[..16], rules);
    }

    /// <summary>One rule a line, so that a change shows as the lines it changes.</summary>
    public static string Write(SecretRulePackData pack) =>
        $"{{\"hash\":\"{pack.Hash}\",\"rules\":[\n{string.Join(",\n", pack.Rules.Select(r => JsonSerializer.Serialize(r with { Examples = null!, NegativeExamples = null! }, SecretRuleJson.Default.SecretRuleData)))}\n]}}\n";

    /// <summary>The examples of all rules, one rule a line.</summary>
    public static string WriteExamples(SecretRulePackData pack) =>
        $"[\n{string.Join(",\n", pack.Rules.Select(r => JsonSerializer.Serialize(new SecretRuleExamples(r.Id, r.Examples, r.NegativeExamples), SecretRuleJson.Default.SecretRuleExamples)))}\n]\n";

    private static T Read<T>(string resource, JsonTypeInfo<T> type)
    {
        using var stream = typeof(SecretRulePack).Assembly.GetManifestResourceStream(resource)!;
        return JsonSerializer.Deserialize(stream, type)!;
    }

    /// <summary>Faults that only show when all rules are seen together.</summary>
    public static IEnumerable<string> Cross(IReadOnlyCollection<SecretRuleData> rules)
    {
        foreach (var group in rules.GroupBy(r => r.Id, StringComparer.Ordinal).Where(g => g.Count() > 1)) yield return $"the rule id '{group.Key}' is used twice";
        var ids = rules.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var rule in rules)
        {
            foreach (var part in (rule.Parts ?? []).Where(p => p.Rule is { } id && !ids.Contains(id))) yield return $"the rule '{rule.Id}' names '{part.Rule}' as a part, which is no rule";
        }
    }
}

/// <summary>A list that is read on first use.</summary>
internal sealed class LazyList(Func<IReadOnlyList<string>> read) : IReadOnlyList<string>
{
    private readonly Lazy<IReadOnlyList<string>> _items = new(read);

    public int Count => _items.Value.Count;

    public string this[int index] => _items.Value[index];

    public IEnumerator<string> GetEnumerator() => _items.Value.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Rules that cannot be used, with all their faults.</summary>
/// <param name="faults">Each names a file and a line where it can.</param>
public sealed class SecretRuleException(IReadOnlyList<string> faults) : Exception("The secret rules have faults:\n" + string.Join('\n', faults))
{
    /// <summary>One line each.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
