using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Sentinel.Scanning.Secrets;

/// <summary>Reads a provider's rule file. All faults are collected; each names the file and the line.</summary>
/// <param name="fileName">Named in faults.</param>
/// <param name="checkPatterns">Whether to build each pattern to see that it can be; the built-in ones are checked by the tests instead, as that takes time at each start.</param>
internal sealed partial class SecretRuleReader(string fileName, bool checkPatterns)
{
    /// <summary>Longest pattern that is accepted, in characters.</summary>
    public const int MaxPatternLength = 2000;

    private const int MaxDepth = 32;

    private static readonly string[] Known =
    [
        "id", "title", "severity", "confidence", "keywords", "pattern", "value", "words", "distance", "needs", "yields", "check", "min_entropy", "window", "parts",
        "references", "examples", "negative_examples",
    ];

    private static readonly string[] KnownOfPart = ["name", "rule", "pattern", "lines", "required"];

    private readonly List<string> _faults = [];

    public IReadOnlyList<string> Faults => _faults;

    public IReadOnlyList<SecretRuleData> Read(TextReader yaml)
    {
        var text = yaml.ReadToEnd();
        var stream = new YamlStream();
        try
        {
            if (!IsPlain(text)) return [];
            stream.Load(new StringReader(text));
        }
        catch (YamlException ex)
        {
            _faults.Add($"{fileName}:{ex.Start.Line}: not valid YAML");
            return [];
        }
        catch (Exception ex) when (ex is ArgumentException or InvalidOperationException)
        {
            // What the parser answers to an escape that names no character, and to a plain text that ends a flow collection.
            _faults.Add($"{fileName}:1: not valid YAML");
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
        foreach (var other in rules.Children.Where(c => c is not YamlMappingNode)) Fault(other, "a rule is a mapping with id, title and the rest");
        return [.. rules.Children.OfType<YamlMappingNode>().Select(node => ReadRule(node, provider, revoke)).OfType<SecretRuleData>()];
    }

    // The model of a document is built by calls that nest as the document does, and hashes keys with all that they hold: a stack that
    // overflows cannot be caught. No rule needs either.
    private bool IsPlain(string text)
    {
        var parser = new Parser(new StringReader(text));
        var open = new Stack<bool?>();
        while (parser.MoveNext())
        {
            var current = parser.Current!;
            if (current is NodeEvent or AnchorAlias && open.TryPop(out var isKey))
            {
                if (isKey == true && current is not Scalar) return Refuse("a key must be a plain text");
                open.Push(!isKey);
            }
            if (current is MappingStart or SequenceStart)
            {
                if (open.Count >= MaxDepth) return Refuse($"nested more than {MaxDepth} deep");
                open.Push(current is MappingStart ? true : null);
            }
            else if (current is MappingEnd or SequenceEnd)
            {
                open.Pop();
            }
        }
        return true;

        bool Refuse(string message)
        {
            _faults.Add($"{fileName}:{parser.Current!.Start.Line}: {message}");
            return false;
        }
    }

    private SecretRuleData? ReadRule(YamlMappingNode node, string provider, string revoke)
    {
        var before = _faults.Count;
        foreach (var key in node.Children.Keys.Select(k => k.ToString()).Except(Known, StringComparer.Ordinal)) Fault(node, $"unknown key '{key}'");
        var rule = new SecretRuleData
        {
            Id = Required(node, "id"),
            Title = Required(node, "title"),
            Provider = provider,
            Revoke = revoke,
            Severity = Parsed<Severity>(node, "severity"),
            Confidence = Parsed<Confidence>(node, "confidence"),
            Check = Child(node, "check") is null ? SecretCheck.None : Parsed<SecretCheck>(node, "check"),
            Keywords = List(node, "keywords"),
            Pattern = Text(node, "pattern"),
            Value = Text(node, "value"),
            Words = Child(node, "words") is null ? null : List(node, "words"),
            Distance = (int?)Number(node, "distance", 1, 1000),
            Needs = Text(node, "needs"),
            Yields = string.Equals(Text(node, "yields"), "true", StringComparison.OrdinalIgnoreCase),
            MinEntropy = Number(node, "min_entropy", 0, 8) ?? 0,
            Window = (int?)Number(node, "window", 1, 65536),
            Parts = Parts(node),
            References = List(node, "references"),
            Examples = List(node, "examples"),
            NegativeExamples = List(node, "negative_examples"),
        };
        if (rule.Id.Length > 0 && !RuleId().IsMatch(rule.Id)) Fault(node, "'id' is lower-case letters, digits and single hyphens");
        if (rule.Keywords.Count == 0 || rule.Keywords.Any(k => k.Length < 3 || k.Any(c => char.IsUpper(c) || c > 127)))
            Fault(node, "'keywords' must hold at least one lower-case word, each of 3 ASCII characters or more");
        if ((rule.Pattern is null) == (rule.Value is null)) Fault(node, "exactly one of 'pattern' and 'value' is needed");
        if (checkPatterns && rule.Pattern is { } pattern) CheckPattern(node, "pattern", pattern, needsGroup: true);
        if (checkPatterns && rule.Value is { } value) CheckPattern(node, "value", value, needsGroup: false);
        return _faults.Count > before ? null : rule;
    }

    private List<SecretPartData>? Parts(YamlMappingNode rule)
    {
        if (Child(rule, "parts") is not YamlSequenceNode sequence || sequence.Children.Any(c => c is not YamlMappingNode))
        {
            if (Child(rule, "parts") is not null) Fault(rule, "'parts' is not a list of mappings");
            return null;
        }
        var parts = new List<SecretPartData>();
        foreach (var node in sequence.Children.OfType<YamlMappingNode>())
        {
            foreach (var key in node.Children.Keys.Select(k => k.ToString()).Except(KnownOfPart, StringComparer.Ordinal)) Fault(node, $"unknown key '{key}'");
            var part = new SecretPartData
            {
                Name = Required(node, "name"),
                Rule = Text(node, "rule"),
                Pattern = Text(node, "pattern"),
                Lines = (int?)Number(node, "lines", 0, 100),
                Required = string.Equals(Text(node, "required"), "true", StringComparison.OrdinalIgnoreCase),
            };
            if ((part.Rule is null) == (part.Pattern is null)) Fault(node, "a part needs exactly one of 'rule' and 'pattern'");
            if (checkPatterns && part.Pattern is { } pattern) CheckPattern(node, "pattern", pattern, needsGroup: true);
            parts.Add(part);
        }
        return parts;
    }

    private void CheckPattern(YamlMappingNode node, string key, string pattern, bool needsGroup)
    {
        if (pattern.Length > MaxPatternLength)
        {
            Fault(node, $"'{key}' is longer than {MaxPatternLength} characters");
            return;
        }
        try
        {
            // Refuses look-around and back-references, which cannot be matched in linear time.
            var regex = SecretRule.Compile(pattern);
            if (needsGroup && regex.GetGroupNumbers().Length < 2) Fault(node, $"'{key}' has no group for the secret");
        }
        catch (Exception ex) when (ex is ArgumentException or NotSupportedException)
        {
            Fault(node, $"'{key}' is not a linear-time regular expression: {ex.Message}");
        }
    }

    private T Parsed<T>(YamlMappingNode node, string key) where T : struct, Enum
    {
        var name = Required(node, key).Replace("-", "", StringComparison.Ordinal);
        // A number would be one of the values without being one of their names.
        if (Enum.GetNames<T>().Contains(name, StringComparer.OrdinalIgnoreCase)) return Enum.Parse<T>(name, ignoreCase: true);
        Fault(node, $"'{key}' is not one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}");
        return default;
    }

    private string Required(YamlMappingNode node, string key)
    {
        if (Text(node, key) is { Length: > 0 } text) return text;
        Fault(node, $"'{key}' is missing");
        return "";
    }

    private double? Number(YamlMappingNode node, string key, double least, double most)
    {
        if (Text(node, key) is not { } text) return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        Fault(node, $"'{key}' is not a number from {least} to {most}");
        return null;
    }

    private List<string> List(YamlMappingNode node, string key)
    {
        if (Child(node, key) is YamlSequenceNode sequence && sequence.Children.All(c => c is YamlScalarNode)) return [.. sequence.Children.OfType<YamlScalarNode>().Select(c => c.Value ?? "")];
        if (Child(node, key) is not null) Fault(node, $"'{key}' is not a list of texts");
        return [];
    }

    private static string? Text(YamlMappingNode node, string key) => (Child(node, key) as YamlScalarNode)?.Value;

    private static YamlNode? Child(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;

    private void Fault(YamlNode node, string message) => _faults.Add($"{fileName}:{node.Start.Line}: {message}");

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*\\z")]
    private static partial Regex RuleId();
}
