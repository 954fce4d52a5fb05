using System.Globalization;
using System.Text.RegularExpressions;
using Sentinel.Contracts.Liveness;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sentinel.Worker.Liveness;

/// <summary>Reads a provider's file. All faults are collected; each names the file and the line.</summary>
internal sealed partial class LivenessDefinitionReader(string fileName)
{
    private static readonly string[] Known = ["id", "name", "docs", "rules", "method", "host", "path", "headers", "basic", "body", "parts", "sign", "answers"];
    private static readonly string[] KnownOfAnswer = ["status", "state", "json", "text", "after_live"];

    private readonly List<string> _faults = [];

    public IReadOnlyList<string> Faults => _faults;

    /// <summary>The definition; null when it has faults.</summary>
    public LivenessDefinition? Read(TextReader yaml)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(yaml);
        }
        catch (YamlException ex)
        {
            _faults.Add($"{fileName}:{ex.Start.Line}: not valid YAML");
            return null;
        }
        if (stream.Documents is not [{ RootNode: YamlMappingNode root }])
        {
            _faults.Add($"{fileName}:1: one mapping is expected");
            return null;
        }
        var definition = Read(root);
        return _faults.Count > 0 ? null : definition;
    }

    private LivenessDefinition Read(YamlMappingNode root)
    {
        CheckKeys(root, Known);
        var definition = new LivenessDefinition
        {
            Id = Required(root, "id"),
            Name = Required(root, "name"),
            Docs = Required(root, "docs"),
            Rules = List(root, "rules"),
            Method = Required(root, "method"),
            Host = Text(root, "host"),
            Path = Required(root, "path"),
            Headers = Map(root, "headers"),
            Basic = Child(root, "basic") is YamlMappingNode basic ? new BasicCredential(Text(basic, "user") ?? "", Text(basic, "password") ?? "") : null,
            Body = Text(root, "body"),
            Parts = List(root, "parts"),
            Sign = Text(root, "sign"),
            Answers = [.. (Child(root, "answers") as YamlSequenceNode)?.Children.OfType<YamlMappingNode>().Select(ReadAnswer) ?? []],
        };
        Check(root, definition);
        return definition;
    }

    private void Check(YamlMappingNode root, LivenessDefinition definition)
    {
        if (definition.Method is not ("GET" or "POST")) Fault(root, "'method' is GET or POST");
        if (definition.Host is { } host && !HostName().IsMatch(host)) Fault(root, "'host' is a bare host name with a dot");
        if (!definition.Path.StartsWith('/') || definition.Path.Contains('{', StringComparison.Ordinal))
            Fault(root, "'path' begins with / and holds no placeholder: an address is logged by everyone it passes");
        if (!Uri.TryCreate(definition.Docs, UriKind.Absolute, out var docs) || docs.Scheme != "https") Fault(root, "'docs' is an https address");
        if (definition.Rules.Count == 0) Fault(root, "'rules' names at least one rule");
        if (definition.Sign is not (null or AwsSignature.Name)) Fault(root, $"'sign' is {AwsSignature.Name}");
        string[] templates = [.. definition.Headers.Values, definition.Basic?.User ?? "", definition.Basic?.Password ?? ""];
        if (definition.Sign is null && templates.Count(t => t.Contains(LivenessDefinition.Secret, StringComparison.Ordinal)) != 1) Fault(root, "the secret stands in exactly one header or credential");
        foreach (var part in templates.SelectMany(t => PartName().Matches(t)).Select(m => m.Groups[1].Value).Except(definition.Parts, StringComparer.Ordinal))
            Fault(root, $"'{part}' is not among 'parts'");
        foreach (var state in new[] { LivenessState.Live, LivenessState.Dead }.Where(s => definition.Answers.All(a => a.State != s)))
            Fault(root, $"'answers' has none that means {state.ToString().ToLowerInvariant()}");
    }

    private AnswerRule ReadAnswer(YamlMappingNode node)
    {
        CheckKeys(node, KnownOfAnswer);
        if (!int.TryParse(Text(node, "status"), NumberStyles.None, CultureInfo.InvariantCulture, out var status) || status is < 200 or > 599) Fault(node, "'status' is an HTTP status");
        if (!Enum.TryParse<LivenessState>(Text(node, "state"), ignoreCase: true, out var state)) Fault(node, "'state' is live, dead or unknown");
        var json = (Child(node, "json") as YamlMappingNode)?.Children.ToDictionary(
            c => c.Key.ToString(),
            c => (IReadOnlyList<string>)(c.Value is YamlSequenceNode several ? [.. several.Children.Select(v => v.ToString())] : [c.Value.ToString()]),
            StringComparer.Ordinal) ?? [];
        return new AnswerRule(status, state, json, Text(node, "text"), Text(node, "after_live") == "true");
    }

    private void CheckKeys(YamlMappingNode node, string[] known)
    {
        foreach (var key in node.Children.Keys.Select(k => k.ToString()).Except(known, StringComparer.Ordinal)) Fault(node, $"unknown key '{key}'");
    }

    private string Required(YamlMappingNode node, string key)
    {
        if (Text(node, key) is { Length: > 0 } text) return text;
        Fault(node, $"'{key}' is missing");
        return "";
    }

    private static Dictionary<string, string> Map(YamlMappingNode node, string key) =>
        (Child(node, key) as YamlMappingNode)?.Children.ToDictionary(c => c.Key.ToString(), c => c.Value.ToString(), StringComparer.Ordinal) ?? [];

    private static List<string> List(YamlMappingNode node, string key) =>
        Child(node, key) is YamlSequenceNode sequence ? [.. sequence.Children.OfType<YamlScalarNode>().Select(c => c.Value ?? "")] : [];

    private static string? Text(YamlMappingNode node, string key) => (Child(node, key) as YamlScalarNode)?.Value;

    private static YamlNode? Child(YamlMappingNode node, string key) => node.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;

    private void Fault(YamlNode node, string message) => _faults.Add($"{fileName}:{node.Start.Line}: {message}");

    [GeneratedRegex(@"^[a-z0-9-]+(\.[a-z0-9-]+)+\z")]
    private static partial Regex HostName();

    [GeneratedRegex(@"\{part:([^}]+)\}")]
    private static partial Regex PartName();
}
