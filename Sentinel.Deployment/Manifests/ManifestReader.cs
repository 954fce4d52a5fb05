using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sentinel.Deployment.Manifests;

/// <summary>Reads YAML that anybody may have written into trees, within bounds.</summary>
internal sealed partial class ManifestReader(string text, Dictionary<JsonNode, int>? lines)
{
    // An alias stands for a copy, so that a small file could blow up into a large tree.
    private const int MaxCopies = 100_000;

    private readonly Parser _parser = new(new StringReader(text));
    private readonly Dictionary<AnchorName, JsonNode?> _anchors = [];
    private int _copies;

    public IReadOnlyList<JsonObject> Read()
    {
        _parser.Consume<StreamStart>();
        var documents = new List<JsonObject>();
        while (_parser.Accept<DocumentStart>(out _))
        {
            _parser.Consume<DocumentStart>();
            _anchors.Clear();
            if (Node(depth: 0) is JsonObject document) documents.Add(document);
            _parser.Consume<DocumentEnd>();
        }
        return documents;
    }

    private JsonNode? Node(int depth)
    {
        if (depth > ManifestYaml.MaxDepth) throw new YamlException($"it nests deeper than {ManifestYaml.MaxDepth}");
        if (_parser.TryConsume<AnchorAlias>(out var alias)) return Copy(alias);
        var begin = _parser.Current as NodeEvent;
        var line = (int)(_parser.Current?.Start.Line ?? 0);
        var node = Intrinsic(begin, Content(depth));
        if (node is not null) lines?.TryAdd(node, line);
        if (begin is { Anchor.IsEmpty: false }) _anchors[begin.Anchor] = node;
        return node;
    }

    private JsonNode? Content(int depth)
    {
        if (_parser.TryConsume<MappingStart>(out _)) return Map(depth);
        if (!_parser.TryConsume<SequenceStart>(out _)) return Value(_parser.Consume<Scalar>());
        var list = new JsonArray();
        while (!_parser.TryConsume<SequenceEnd>(out _)) list.Add(Node(depth + 1));
        return list;
    }

    private JsonObject Map(int depth)
    {
        var map = new JsonObject();
        var merged = new List<JsonObject>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = _parser.Consume<Scalar>().Value;
            var value = Node(depth + 1);
            // https://yaml.org/type/merge.html: what stands in the mapping itself wins.
            if (key == "<<" && value is JsonObject one) merged.Add(one);
            else if (key == "<<" && value is JsonArray several) merged.AddRange(several.OfType<JsonObject>());
            else map[key] = value;
        }
        foreach (var (name, value) in merged.SelectMany(m => m).Where(m => !map.ContainsKey(m.Key)).ToArray())
            if (!map.ContainsKey(name)) map[name] = value?.DeepClone();
        return map;
    }

    private JsonNode? Copy(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value, out var node)) throw new YamlException(alias.Start, alias.End, $"there is no anchor '{alias.Value}' before it");
        if (node is null) return null;
        _copies += Size(node);
        if (_copies > MaxCopies) throw new YamlException(alias.Start, alias.End, "it grows too large by its aliases");
        return node.DeepClone();
    }

    private static int Size(JsonNode? node) => 1 + node switch
    {
        JsonObject map => map.Sum(m => Size(m.Value)),
        JsonArray list => list.Sum(Size),
        _ => 0,
    };

    // CloudFormation's short forms, such as !Ref and !GetAtt: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html.
    private static JsonNode? Intrinsic(NodeEvent? begin, JsonNode? node)
    {
        if (begin is not { Tag: { IsEmpty: false, IsNonSpecific: false } tag } || !tag.Value.StartsWith('!') || tag.Value.StartsWith("!!", StringComparison.Ordinal)) return node;
        return tag.Value[1..] switch
        {
            "Ref" or "Condition" => new JsonObject { [tag.Value[1..]] = node },
            "GetAtt" when node is JsonValue path && path.ToString().Split('.', 2) is [var id, var attribute] => new JsonObject { ["Fn::GetAtt"] = new JsonArray(id, attribute) },
            var name => new JsonObject { [$"Fn::{name}"] = node },
        };
    }

    // The core schema of YAML 1.2: https://yaml.org/spec/1.2.2/#103-core-schema.
    private static JsonNode? Value(Scalar scalar) => scalar switch
    {
        { Style: not ScalarStyle.Plain } or { Tag.IsEmpty: false } => scalar.Value,
        { Value: "" or "~" or "null" or "Null" or "NULL" } => null,
        { Value: "true" or "True" or "TRUE" } => true,
        { Value: "false" or "False" or "FALSE" } => false,
        _ when long.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) => integer,
        _ when Real().IsMatch(scalar.Value) && double.TryParse(scalar.Value, CultureInfo.InvariantCulture, out var real) => real,
        _ => scalar.Value,
    };

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex Real();
}
