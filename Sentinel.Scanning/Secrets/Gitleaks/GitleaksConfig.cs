using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Sentinel.Scanning.Secrets.Gitleaks;

/// <summary>
/// Runs a user's configuration of gitleaks (https://github.com/gitleaks/gitleaks#configuration): rules with entropy, keywords, paths
/// and groups, allow-lists with conditions, and what it extends. Where it extends gitleaks' own rules it gets Sentinel's instead.
/// </summary>
public static class GitleaksConfig
{
    private const int MaxDepth = 2;

    private static readonly string[] KnownOfRule = ["id", "description", "regex", "secretGroup", "entropy", "keywords", "path", "tags", "skipReport", "allowlist", "allowlists", "required", "severity"];

    /// <summary>Reads a configuration.</summary>
    /// <param name="fileName">Named in faults.</param>
    /// <param name="toml">Its text.</param>
    /// <param name="load">Gives the text of another configuration that it extends, or null when there is none.</param>
    /// <param name="notices">Gets what is not supported but harmless, a line each.</param>
    /// <exception cref="SecretRuleException">It has faults; all are named, with file and line.</exception>
    public static SecretRuleSet Read(string fileName, string toml, Func<string, string?> load, List<string> notices)
    {
        var reader = new Reader(load, notices);
        reader.Read(fileName, toml, 0);
        if (reader.Faults.Count > 0) throw new SecretRuleException(reader.Faults);
        return reader.ToSet();
    }

    private sealed class Reader(Func<string, string?> load, List<string> notices)
    {
        private readonly Dictionary<string, SecretRuleData> _rules = new(StringComparer.Ordinal);
        private readonly List<Allowlist> _allowlists = [];
        private readonly List<(Allowlist List, string[] Rules)> _targeted = [];
        private readonly HashSet<string> _disabled = new(StringComparer.Ordinal);
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private bool _useDefault;

        public List<string> Faults { get; } = [];

        public void Read(string fileName, string toml, int depth)
        {
            _hash.AppendData(Encoding.UTF8.GetBytes(toml));
            var root = TomlNode.Read(fileName, toml, Faults);
            if (root.Entries.TryGetValue("extend", out var extend)) Extend(fileName, extend, depth);
            foreach (var rule in Items(root, "rules")) Add(fileName, rule);
            foreach (var list in Items(root, "allowlists").Concat(root.Entries.TryGetValue("allowlist", out var single) && single.Items.Count == 0 ? [single] : []))
            {
                if (AllowlistOf(fileName, list) is not { } allowlist) continue;
                var targets = Texts(list, "targetRules");
                if (targets.Length > 0) _targeted.Add((allowlist, targets));
                else _allowlists.Add(allowlist);
            }
        }

        public SecretRuleSet ToSet()
        {
            if (_useDefault)
            {
                _hash.AppendData(Encoding.UTF8.GetBytes(SecretRuleSet.BuiltIn.Hash));
                foreach (var rule in SecretRuleSet.BuiltIn.Rules) _rules.TryAdd(rule.Id, rule.Data);
            }
            foreach (var id in _disabled.Where(id => !_rules.Remove(id))) notices.Add($"disabledRules names '{id}', which is no rule");
            foreach (var (list, targets) in _targeted)
            {
                foreach (var id in targets)
                {
                    if (_rules.TryGetValue(id, out var rule)) _rules[id] = rule with { Allowlists = [.. rule.Allowlists, list] };
                    else notices.Add($"targetRules names '{id}', which is no rule");
                }
            }
            return new SecretRuleSet([.. _rules.Values], Convert.ToHexStringLower(_hash.GetHashAndReset())[..16], withGeneric: _useDefault, _allowlists);
        }

        private void Extend(string fileName, TomlNode extend, int depth)
        {
            _useDefault |= extend.Entries.TryGetValue("useDefault", out var useDefault) && useDefault.IsTrue;
            _disabled.UnionWith(Texts(extend, "disabledRules"));
            if (!extend.Entries.TryGetValue("path", out var path) || path.Text is not { Length: > 0 } other) return;
            if (depth >= MaxDepth) Faults.Add($"{fileName}:{path.Line}: configurations extend each other more than {MaxDepth} deep");
            else if (load(other) is { } toml) Read(other, toml, depth + 1);
            else Faults.Add($"{fileName}:{path.Line}: '{other}' cannot be read");
        }

        private void Add(string fileName, TomlNode node)
        {
            string Fault(string message)
            {
                Faults.Add($"{fileName}:{node.Line}: {message}");
                return "";
            }

            var id = Text(node, "id") ?? Fault("a rule has no id");
            foreach (var key in node.Entries.Keys.Except(KnownOfRule, StringComparer.Ordinal)) notices.Add($"{fileName}:{node.Entries[key].Line}: '{key}' of the rule '{id}' is not known and ignored");
            if (node.Entries.ContainsKey("required")) notices.Add($"{fileName}:{node.Line}: 'required' of the rule '{id}' is ignored: it is reported without what it requires");
            var allowlists = Items(node, "allowlists").Concat(node.Entries.TryGetValue("allowlist", out var single) && single.Items.Count == 0 ? [single] : [])
                .Select(a => AllowlistOf(fileName, a)).OfType<Allowlist>().ToArray();
            var regex = Text(node, "regex");
            if (regex is null)
            {
                // A rule over what this one extends changes only what it names.
                if (_rules.TryGetValue(id, out var known) || (_useDefault && SecretRuleSet.BuiltIn.Rules.FirstOrDefault(r => r.Id == id)?.Data is { } shipped && (known = shipped) is not null))
                    _rules[id] = known with { Allowlists = [.. known.Allowlists, .. allowlists] };
                else if (Text(node, "path") is not null) notices.Add($"{fileName}:{node.Line}: the rule '{id}' looks at paths only and is left out");
                else Fault($"the rule '{id}' has neither regex nor path");
                return;
            }
            var pattern = Compiled(fileName, node.Entries["regex"], GoPattern.ToNet(regex));
            var path = Text(node, "path") is { } pathPattern ? Compiled(fileName, node.Entries["path"], GoPattern.ToNet(pathPattern)) : null;
            if (pattern is null || id.Length == 0) return;
            var group = (int?)Number(node, "secretGroup");
            if (group >= pattern.GetGroupNumbers().Length) Fault($"the rule '{id}' has no group {group}");
            _rules[id] = new SecretRuleData
            {
                Id = id,
                Title = Text(node, "description") is { Length: > 0 } description ? description : id,
                Severity = Severity.High,
                Confidence = Confidence.Medium,
                // A keyword that is too short to look for makes the rule look at every text.
                Keywords = Texts(node, "keywords") is var keywords && keywords.All(k => k.Length >= 3 && k.All(char.IsAscii)) ? [.. keywords.Select(k => k.ToLowerInvariant())] : [],
                Pattern = pattern.ToString(),
                Group = group is > 0 ? group : null,
                IsWhole = true,
                MinEntropy = Number(node, "entropy") ?? 0,
                PathPattern = path?.ToString(),
                References = ["https://github.com/gitleaks/gitleaks#configuration"],
                Allowlists = allowlists,
            };
        }

        private Allowlist? AllowlistOf(string fileName, TomlNode node)
        {
            var condition = Text(node, "condition") ?? "OR";
            var all = condition is "AND" or "&&";
            if (!all && condition is not ("OR" or "||" or "")) Faults.Add($"{fileName}:{node.Entries["condition"].Line}: 'condition' is AND or OR, not '{condition}'");
            var target = Text(node, "regexTarget") ?? "secret";
            if (target is not ("match" or "line" or "secret" or "")) Faults.Add($"{fileName}:{node.Entries["regexTarget"].Line}: 'regexTarget' is match, line or secret, not '{target}'");
            Regex[] Patterns(string key) => [.. Array(node, key).Select(i => Compiled(fileName, i, GoPattern.ToNet(i.Text ?? ""))).OfType<Regex>()];
            var list = new Allowlist(
                Text(node, "description") ?? "", all, Patterns("paths"), Patterns("regexes"), target switch { "match" => AllowlistTarget.Match, "line" => AllowlistTarget.Line, _ => AllowlistTarget.Secret },
                [.. Texts(node, "stopwords").Select(s => s.ToLowerInvariant())], Texts(node, "commits"));
            if (list.Paths.Count + list.Patterns.Count + list.Stopwords.Count + list.Commits.Count > 0) return list;
            notices.Add($"{fileName}:{node.Line}: an allow-list is empty");
            return null;
        }

        private Regex? Compiled(string fileName, TomlNode node, string pattern)
        {
            try
            {
                return SecretRule.Compile(pattern);
            }
            catch (Exception ex) when (ex is ArgumentException or NotSupportedException)
            {
                Faults.Add($"{fileName}:{node.Line}: not a linear-time regular expression: {ex.Message}");
                return null;
            }
        }

        private static List<TomlNode> Items(TomlNode node, string key) => node.Entries.TryGetValue(key, out var child) ? child.Items : [];

        private static IEnumerable<TomlNode> Array(TomlNode node, string key) => Items(node, key).Where(i => i.Text is not null);

        private static string[] Texts(TomlNode node, string key) => [.. Array(node, key).Select(i => i.Text!)];

        private static string? Text(TomlNode node, string key) => node.Entries.TryGetValue(key, out var child) ? child.Text : null;

        private static double? Number(TomlNode node, string key) => node.Entries.TryGetValue(key, out var child) ? child.Number : null;
    }
}
