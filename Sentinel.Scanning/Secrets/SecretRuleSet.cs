using System.Security.Cryptography;
using System.Text;
using Sentinel.Scanning.Secrets.Generic;
using Sentinel.Scanning.Secrets.Matching;

namespace Sentinel.Scanning.Secrets;

/// <summary>The rules of a scan, ready to match. Never changes; one instance serves many threads.</summary>
public sealed class SecretRuleSet
{
    /// <summary>Stands for the rule over names that speak of a secret.</summary>
    internal const int GenericRule = -1;

    /// <summary>Stands for the rule over names of vendors.</summary>
    internal const int VendorRule = -2;

    private static readonly Lazy<SecretRuleSet> Shipped = new(() =>
    {
        var pack = SecretRulePack.Read();
        return new SecretRuleSet(pack.Rules, pack.Hash, withGeneric: true, []);
    });

    private readonly Lazy<Tables> _tables;
    private readonly Lazy<RuleDescriptor[]> _descriptors;

    internal SecretRuleSet(IReadOnlyList<SecretRuleData> rules, string hash, bool withGeneric, IReadOnlyList<Allowlist> allowlists)
    {
        Rules = [.. rules.Select(r => new SecretRule(r))];
        Hash = hash;
        WithGeneric = withGeneric;
        Allowlists = allowlists;
        _tables = new(() => new Tables(Rules, withGeneric));
        _descriptors = new(DescribeAll);
    }

    /// <summary>The rules that come with Sentinel.</summary>
    public static SecretRuleSet BuiltIn => Shipped.Value;

    /// <summary>Changes with any rule.</summary>
    public string Hash { get; }

    /// <summary>Every rule, the generic one included.</summary>
    public IReadOnlyList<RuleDescriptor> Descriptors => _descriptors.Value;

    private RuleDescriptor[] DescribeAll() => [.. Rules.Select(r => r.Descriptor), .. WithGeneric ? [GenericSecret.Descriptor, VendorSecret.Descriptor] : Array.Empty<RuleDescriptor>()];

    internal IReadOnlyList<SecretRule> Rules { get; }

    /// <summary>Whether secrets of no known format are looked for.</summary>
    internal bool WithGeneric { get; }

    /// <summary>What no rule reports.</summary>
    internal IReadOnlyList<Allowlist> Allowlists { get; }

    /// <summary>Whether a finding may depend on more of the path than its class.</summary>
    internal bool DependsOnPath => Allowlists.Any(a => a.Paths.Count > 0) || Rules.Any(r => r.PathRegex is not null || r.Data.Allowlists.Any(a => a.Paths.Count > 0));

    internal LiteralIndex Literals => _tables.Value.Literals;

    /// <summary>By number of the literal: the rules it calls up. A negative number stands for a rule that is code.</summary>
    internal int[][] RulesOf => _tables.Value.RulesOf;

    /// <summary>By number of the literal: its length.</summary>
    internal int[] LiteralLengths => _tables.Value.Lengths;

    /// <summary>By number of the literal: whether it is a name that counts only as a word of its own, and not inside another.</summary>
    internal bool[] IsName => _tables.Value.IsName;

    /// <summary>Rules without a keyword; they look at every text whole.</summary>
    internal IReadOnlyList<int> Unkeyed => _tables.Value.Unkeyed;

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

    private sealed class Tables
    {
        public Tables(IReadOnlyList<SecretRule> rules, bool withGeneric)
        {
            var byLiteral = new Dictionary<Literal, List<int>>();
            for (var i = 0; i < rules.Count; i++)
            {
                foreach (var keyword in rules[i].Data.Keywords) Add(SpellingOf(rules[i].Data, keyword), i);
            }
            if (withGeneric)
            {
                foreach (var word in GenericSecret.Words) Add(new Literal(word, ExactCase: false), GenericRule);
                foreach (var vendor in rules.Where(r => r.Data.Provider.Length > 0).GroupBy(r => r.Data.Provider, StringComparer.Ordinal))
                {
                    foreach (var name in VendorSecret.NamesOf(vendor.Key, vendor.SelectMany(r => r.Data.Keywords))) Add(new Literal(name, ExactCase: false), VendorRule);
                }
            }
            Literals = new LiteralIndex([.. byLiteral.Keys]);
            RulesOf = [.. byLiteral.Values.Select(v => v.ToArray())];
            Lengths = [.. byLiteral.Keys.Select(k => k.Text.Length)];
            IsName = [.. byLiteral.Select(l => l.Key.Text.All(char.IsAsciiLetter) && l.Value.All(r => r == VendorRule || (r >= 0 && rules[r].IsValue)))];
            Unkeyed = [.. Enumerable.Range(0, rules.Count).Where(i => rules[i].Data.Keywords.Count == 0)];

            void Add(Literal literal, int rule)
            {
                if (!byLiteral.TryGetValue(literal, out var list)) byLiteral[literal] = list = [];
                if (!list.Contains(rule)) list.Add(rule);
            }
        }

        public LiteralIndex Literals { get; }

        public int[][] RulesOf { get; }

        public int[] Lengths { get; }

        public bool[] IsName { get; }

        public int[] Unkeyed { get; }

        // A keyword that stands in a case-sensitive pattern in one spelling only is looked for in that spelling.
        private static Literal SpellingOf(SecretRuleData rule, string keyword)
        {
            if (rule.Pattern is { } pattern && !pattern.Contains("(?i", StringComparison.Ordinal))
            {
                var plain = pattern.Replace("\\", "", StringComparison.Ordinal);
                var spellings = new HashSet<string>(StringComparer.Ordinal);
                for (var at = plain.IndexOf(keyword, StringComparison.OrdinalIgnoreCase); at >= 0; at = plain.IndexOf(keyword, at + 1, StringComparison.OrdinalIgnoreCase))
                    spellings.Add(plain.Substring(at, keyword.Length));
                if (spellings.Count == 1) return new Literal(spellings.Single(), ExactCase: true);
            }
            return new Literal(keyword, ExactCase: false);
        }
    }
}
