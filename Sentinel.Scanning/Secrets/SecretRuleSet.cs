using System.Security.Cryptography;
using System.Text;
using Sentinel.Scanning.Secrets.Generic;

namespace Sentinel.Scanning.Secrets;

/// <summary>The rules of a scan, ready to match. Never changes; one instance serves many threads.</summary>
public sealed class SecretRuleSet
{
    /// <summary>Stands for the rule over names that speak of a secret.</summary>
    internal const short GenericRule = -1;

    /// <summary>Stands for the rule over names of vendors.</summary>
    internal const short VendorRule = -2;

    private static readonly Lazy<SecretRuleSet> Shipped = new(SecretRulePack.Read);

    private readonly Lazy<SecretRuleIndex> _index;
    private readonly Lazy<RuleDescriptor[]> _descriptors;

    internal SecretRuleSet(IReadOnlyList<SecretRuleData> rules, string hash, bool withGeneric, IReadOnlyList<Allowlist> allowlists)
        : this([.. rules.Select(r => new SecretRule(r))], hash, withGeneric, allowlists)
    {
        DependsOnPath = Allowlists.Any(a => a.Paths.Count > 0) || Rules.Any(r => r.PathRegex is not null || r.Data.Allowlists.Any(a => a.Paths.Count > 0));
        _index = new(() => SecretRuleIndex.Of(Rules, withGeneric));
    }

    /// <summary>The rules as they were shipped: none is read before a text asks for it.</summary>
    internal SecretRuleSet(IReadOnlyList<SecretRule> rules, string hash, SecretRuleIndex index)
        : this(rules, hash, withGeneric: true, []) =>
        _index = new(() => index);

    private SecretRuleSet(IReadOnlyList<SecretRule> rules, string hash, bool withGeneric, IReadOnlyList<Allowlist> allowlists)
    {
        (Rules, Hash, WithGeneric, Allowlists) = (rules, hash, withGeneric, allowlists);
        _index = null!;
        _descriptors = new(DescribeAll);
    }

    /// <summary>The rules that come with Sentinel.</summary>
    public static SecretRuleSet BuiltIn => Shipped.Value;

    /// <summary>Changes with any rule.</summary>
    public string Hash { get; }

    /// <summary>Every rule, the generic one included.</summary>
    public IReadOnlyList<RuleDescriptor> Descriptors => _descriptors.Value;

    /// <summary>One rule's description; null when there is none of this id.</summary>
    public RuleDescriptor? Find(string id)
    {
        if (WithGeneric && id == GenericSecret.RuleId) return GenericSecret.Descriptor;
        if (WithGeneric && id == VendorSecret.RuleId) return VendorSecret.Descriptor;
        var rule = Rules is ShippedRules shipped ? shipped.Find(id) : Rules.FirstOrDefault(r => r.Id == id);
        return rule?.Descriptor;
    }

    private RuleDescriptor[] DescribeAll() => [.. Rules.Select(r => r.Descriptor), .. WithGeneric ? [GenericSecret.Descriptor, VendorSecret.Descriptor] : Array.Empty<RuleDescriptor>()];

    internal IReadOnlyList<SecretRule> Rules { get; }

    /// <summary>Whether secrets of no known format are looked for.</summary>
    internal bool WithGeneric { get; }

    /// <summary>What no rule reports.</summary>
    internal IReadOnlyList<Allowlist> Allowlists { get; }

    /// <summary>Whether a finding may depend on more of the path than its class.</summary>
    internal bool DependsOnPath { get; }

    /// <summary>What calls up which rule.</summary>
    internal SecretRuleIndex Index => _index.Value;

    /// <summary>Reads rules in the format of the rule files.</summary>
    /// <param name="files">File names, for faults, with their texts.</param>
    /// <exception cref="SecretRuleException">They have faults; all are named.</exception>
    public SecretRuleSet With(IEnumerable<KeyValuePair<string, string>> files)
    {
        var added = new List<SecretRuleData>();
        var faults = new List<string>();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(Hash));
        foreach (var (name, text) in files.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{text}\0"));
            var reader = new SecretRuleReader(name, checkPatterns: true);
            added.AddRange(reader.Read(new StringReader(text)));
            faults.AddRange(reader.Faults);
        }
        List<SecretRuleData> all = [.. Rules.Select(r => r.Data), .. added];
        faults.AddRange(SecretRulePack.Cross(all));
        if (faults.Count > 0) throw new SecretRuleException(faults);
        return new SecretRuleSet(all, Convert.ToHexStringLower(hash.GetHashAndReset())[..16], WithGeneric, Allowlists);
    }
}
