using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sentinel.Deployment.Manifests;

/// <summary>Short words for building manifests.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text of a file.</summary>
    public static string ToText(this JsonObject root) => root.ToJsonString(Indented) + "\n";

    /// <summary>A list of texts.</summary>
    public static JsonArray List(params IEnumerable<string> values) => new([.. values.Select(v => (JsonNode)v)]);

    /// <summary>A list of anything.</summary>
    public static JsonArray Items(params IEnumerable<JsonNode?> values) => new([.. values.Where(v => v is not null)]);

    /// <summary>An object of texts.</summary>
    public static JsonObject Texts(IEnumerable<(string Key, string Value)> pairs) => new(pairs.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)));

    /// <summary>An object by name.</summary>
    public static JsonObject Map(IEnumerable<(string Key, JsonNode? Value)> pairs) => new(pairs.Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Key, p.Value)));

    /// <summary>Adds a member unless it is null.</summary>
    public static JsonObject With(this JsonObject target, string key, JsonNode? value)
    {
        if (value is not null) target[key] = value;
        return target;
    }
}
