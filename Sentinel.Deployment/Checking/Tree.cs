using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sentinel.Deployment.Checking;

/// <summary>Reading trees that anybody may have written: whatever is not there, or of another type, is nothing.</summary>
internal static class Tree
{
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path) node = (node as JsonObject)?[name];
        return node;
    }

    /// <summary>A scalar as text; null for anything else.</summary>
    public static string? Text(this JsonNode? node) => node is JsonValue ? node.ToString() : null;

    public static double? Number(this JsonNode? node) => double.TryParse(node.Text(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static bool IsTrue(this JsonNode? node) => node is JsonValue && node.ToString() is "true" or "True";

    public static bool IsFalse(this JsonNode? node) => node is JsonValue && node.ToString() is "false" or "False";

    /// <summary>Items of a list; the node itself where it is a scalar.</summary>
    public static IEnumerable<JsonNode> Each(this JsonNode? node) => node switch
    {
        JsonArray list => list.OfType<JsonNode>(),
        JsonValue => [node],
        _ => [],
    };

    public static IEnumerable<string> Texts(this JsonNode? node) => node.Each().Select(n => n.Text()).OfType<string>();

    public static IEnumerable<(string Key, JsonNode? Value)> Members(this JsonNode? node) => node is JsonObject map ? map.Select(m => (m.Key, m.Value)) : [];

    /// <summary>Variables in either of compose's forms: a map, or a list of KEY=value.</summary>
    public static IEnumerable<(string Key, string Value)> Pairs(this JsonNode? node) => node switch
    {
        JsonObject map => map.Select(m => (m.Key, m.Value.Text() ?? "")),
        JsonArray list => list.Texts().Select(t => t.Split('=', 2)).Select(p => (p[0], p.ElementAtOrDefault(1) ?? "")),
        _ => [],
    };

    public static bool Contains(this JsonNode? list, string text) => list.Texts().Contains(text, StringComparer.OrdinalIgnoreCase);

    /// <summary>Every text in a tree.</summary>
    public static IEnumerable<JsonValue> Leaves(this JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(m => m.Value.Leaves()),
        JsonArray list => list.SelectMany(Leaves),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => [value],
        _ => [],
    };
}
