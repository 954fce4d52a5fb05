using YamlDotNet.RepresentationModel;

namespace Sentinel.Scanning.Yaml;

/// <summary>Reading of YAML nodes without exceptions: what is not there, or of another kind, is null.</summary>
internal static class YamlNodes
{
    public static YamlNode? Get(this YamlMappingNode? mapping, string key) =>
        mapping is not null && mapping.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;

    public static YamlMappingNode? Map(this YamlMappingNode? mapping, string key) => mapping.Get(key) as YamlMappingNode;

    public static YamlScalarNode? Scalar(this YamlMappingNode? mapping, string key) => mapping.Get(key) as YamlScalarNode;

    public static string? Text(this YamlMappingNode? mapping, string key) => mapping.Scalar(key)?.Value;

    /// <summary>The key's own node, for pointing at it.</summary>
    public static YamlNode? Key(this YamlMappingNode mapping, string key) =>
        mapping.Children.Keys.FirstOrDefault(k => k is YamlScalarNode { Value: { } value } && value == key);

    /// <summary>Keys and values whose key is a text.</summary>
    public static IEnumerable<(YamlScalarNode Key, YamlNode Value)> Entries(this YamlMappingNode? mapping) =>
        mapping is null ? [] : mapping.Children.Where(c => c.Key is YamlScalarNode).Select(c => ((YamlScalarNode)c.Key, c.Value));
}
