using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sentinel.Deployment.Manifests;

namespace Sentinel.Deployment.Kubernetes;

/// <summary>
/// What an installation may set. The same objects are built twice: with the defaults, for kustomize, and with marks where the defaults
/// stand, for the Helm chart. A mark is text like any other until the chart's templates are written, so no template is ever put
/// together by hand.
/// </summary>
internal sealed partial class ClusterValues(JsonObject defaults, bool marks)
{
    /// <summary>The defaults: what <c>values.yaml</c> says.</summary>
    public JsonObject Defaults => defaults;

    /// <summary>A text, or a mark that stands for it.</summary>
    /// <param name="path">Such as image.registry.</param>
    public string Text(string path) => marks ? $"<<.Values.{path}>>" : Find(path).GetValue<string>();

    /// <summary>A number, or a mark that stands for it.</summary>
    public JsonNode Number(string path) => marks ? $"<<#.Values.{path}>>" : Find(path).GetValue<int>();

    /// <summary>A text that the chart works out.</summary>
    /// <param name="expression">In the language of Helm's templates.</param>
    /// <param name="text">What it comes to with the defaults.</param>
    public string Computed(string expression, Func<ClusterValues, string> text) => marks ? $"<<{expression}>>" : text(this);

    /// <summary>A truth value among the defaults.</summary>
    public bool Flag(string path) => Find(path).GetValue<bool>();

    /// <summary>The template of a manifest that holds marks.</summary>
    /// <param name="condition">Helm's expression that must be true for the object to be there; null for always.</param>
    public static string Template(string manifest, string? condition)
    {
        var text = NumberMark().Replace(manifest, "{{ $1 }}");
        text = WholeMark().Replace(text, m => $"{{{{ {Unescape(m.Groups[1].Value)} | quote }}}}");
        text = Mark().Replace(text, m => $"{{{{ {Unescape(m.Groups[1].Value)} }}}}");
        return condition is null ? text : $"{{{{- if {condition} }}}}\n{text}{{{{- end }}}}\n";
    }

    private JsonNode Find(string path) =>
        path.Split('.').Aggregate((JsonNode)defaults, (node, key) => node[key] ?? throw new InvalidOperationException($"There is no value {path}."));

    // An expression stands in a double-quoted scalar, where its own quotes are escaped.
    private static string Unescape(string expression) => expression.Replace("\\\"", "\"", StringComparison.Ordinal);

    [GeneratedRegex("\"<<#([^>]*)>>\"")]
    private static partial Regex NumberMark();

    [GeneratedRegex("\"<<([^>#][^>]*)>>\"")]
    private static partial Regex WholeMark();

    [GeneratedRegex("<<([^>#][^>]*)>>")]
    private static partial Regex Mark();
}
