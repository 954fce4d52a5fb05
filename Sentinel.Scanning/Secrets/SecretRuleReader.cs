using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sentinel.Scanning.Secrets;

/// <summary>Reads a provider's rule file. All faults are collected; each names the file and the line.</summary>
/// <param name="fileName">Named in faults.</param>
/// <param name="checkPatterns">Whether to build each pattern to see that it can be; the built-in ones are checked by the tests instead, as that takes time at each start.</param>
internal sealed class SecretRuleReader(string fileName, bool checkPatterns)
{
    private static readonly string[] Known =
        ["id", "title", "severity", "confidence", "keywords", "pattern", "check", "min_entropy", "window", "references", "examples", "negative_examples"];

    private readonly List<string> _faults = [];

    public IReadOnlyList<string> Faults => _faults;

    public IReadOnlyList<SecretRule> Read(TextReader yaml)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(yaml);
        }
        catch (YamlException ex)
        {
            _faults.Add($"{fileName}:{ex.Start.Line}: not valid YAML");
            return [];
        }
        if (stream.Documents is not [{ RootNode: YamlMappingNode root }])
        {
            _faults.Add($"{fileName}:1: one mapping with provider, revoke and rules is expected");
            return [];
        }

        var provider = Text(root, "provider") ?? "";
        var revoke = Text(root, "revoke") ?? "";
        if (Child(root, "rules") is not YamlSequenceNode rules)
        {
            _faults.Add($"{fileName}:{root.Start.Line}: 'rules' is missing");
            return [];
        }
        return [.. rules.Children.OfType<YamlMappingNode>().Select(node => ReadRule(node, provider, revoke)).OfType<SecretRule>()];
    }

    private SecretRule? ReadRule(YamlMappingNode node, string provider, string revoke)
    {
        var before = _faults.Count;
        foreach (var key in node.Children.Keys.Select(k => k.ToString()).Except(Known, StringComparer.Ordinal)) Fault(node, $"unknown key '{key}'");
        var id = Required(node, "id");
        var title = Required(node, "title");
        var pattern = Required(node, "pattern");
        var severity = Parsed<Severity>(node, "severity");
        var confidence = Parsed<Confidence>(node, "confidence");
        var check = Child(node, "check") is null ? SecretCheck.None : Parsed<SecretCheck>(node, "check");
        var keywords = List(node, "keywords");
        if (keywords.Count == 0 || keywords.Any(k => k.Any(char.IsUpper))) Fault(node, "'keywords' must hold at least one lower-case word");
        if (checkPatterns) CheckPattern(node, pattern);
        if (_faults.Count > before) return null;

        var descriptor = new RuleDescriptor
        {
            Id = id,
            Title = title,
            Category = FindingCategory.Secret,
            AnalyzerId = SecretAnalyzer.Id,
            Severity = severity,
            Confidence = confidence,
            Cwe = 798,
            Description = $"{title}: whoever can read the code, its history, a build log or a container image can act as its owner ({provider}) until it is revoked.",
            Remediation = $"Revoke or rotate it first ({revoke}); removing the line is not enough, because the value stays in the history and in every clone. Then read the new value from a secret store or an environment variable, and check the provider's log for use by strangers.",
            References = List(node, "references"),
            Examples = List(node, "examples"),
            NegativeExamples = List(node, "negative_examples"),
        };
        return new SecretRule(descriptor, keywords, pattern, check, Number(node, "min_entropy") ?? 0, (int?)Number(node, "window"));
    }

    private void CheckPattern(YamlMappingNode node, string pattern)
    {
        try
        {
            // Refuses look-around and back-references, which cannot be matched in linear time.
            var regex = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            if (regex.GetGroupNumbers().Length < 2) Fault(node, "'pattern' has no group for the secret");
        }
        catch (Exception ex) when (ex is ArgumentException or NotSupportedException)
        {
            Fault(node, $"'pattern' is not a linear-time regular expression: {ex.Message}");
        }
    }

    private T Parsed<T>(YamlMappingNode node, string key) where T : struct, Enum
    {
        if (Enum.TryParse<T>(Required(node, key).Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var value)) return value;
        Fault(node, $"'{key}' is not one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}");
        return default;
    }

    private string Required(YamlMappingNode node, string key)
    {
        if (Text(node, key) is { Length: > 0 } text) return text;
        Fault(node, $"'{key}' is missing");
        return "";
    }

    private double? Number(YamlMappingNode node, string key)
    {
        if (Text(node, key) is not { } text) return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return number;
        Fault(node, $"'{key}' is not a number");
        return null;
    }

    private static List<string> List(YamlMappingNode node, string key) =>
        Child(node, key) is YamlSequenceNode sequence ? [.. sequence.Children.OfType<YamlScalarNode>().Select(c => c.Value ?? "")] : [];

    private static string? Text(YamlMappingNode node, string key) => (Child(node, key) as YamlScalarNode)?.Value;

    private static YamlNode? Child(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;

    private void Fault(YamlNode node, string message) => _faults.Add($"{fileName}:{node.Start.Line}: {message}");
}
