using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sentinel.Deployment.Manifests;

/// <summary>Writes manifests, which are trees of objects, as YAML 1.2 that YAML 1.1 readers understand in the same way.</summary>
internal static partial class ManifestYaml
{
    /// <summary>Deepest nesting that is read.</summary>
    public const int MaxDepth = 64;

    /// <summary>One file of one or more documents.</summary>
    /// <param name="comment">Lines before the first document; null for none.</param>
    public static string Write(string? comment, params IEnumerable<JsonNode> documents)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        if (comment is not null)
        {
            foreach (var line in comment.Split('\n')) text.WriteLine($"# {line}".TrimEnd());
        }
        var first = true;
        foreach (var document in documents)
        {
            if (!first) text.WriteLine("---");
            first = false;
            Write(text, document);
        }
        return text.ToString();
    }

    /// <summary>The documents of a file as trees of objects; documents that are empty, or no mapping, are left out.</summary>
    /// <param name="lines">When given, is filled with the line, from 1, of each node.</param>
    /// <exception cref="YamlException">It is no YAML, nests deeper than <see cref="MaxDepth"/>, or grows too large by its aliases.</exception>
    public static IReadOnlyList<JsonObject> Read(string text, Dictionary<JsonNode, int>? lines = null) => new ManifestReader(text, lines).Read();

    private static void Write(StringWriter text, JsonNode document)
    {
        var emitter = new Emitter(text, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024, skipAnchorName: false, indentSequences: true, newLine: "\n"));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Write(emitter, document);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
    }

    private static void Write(Emitter emitter, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                emitter.Emit(new MappingStart(null, null, isImplicit: true, map.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var (key, value) in map)
                {
                    Text(emitter, key, isKey: true);
                    Write(emitter, value);
                }
                emitter.Emit(new MappingEnd());
                break;
            case JsonArray list:
                emitter.Emit(new SequenceStart(null, null, isImplicit: true, list.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var value in list) Write(emitter, value);
                emitter.Emit(new SequenceEnd());
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                Text(emitter, value.GetValue<string>(), isKey: false);
                break;
            default:
                emitter.Emit(new Scalar(null, null, node?.ToJsonString() ?? "null", ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: false));
                break;
        }
    }

    private static void Text(Emitter emitter, string text, bool isKey)
    {
        var style = text.Contains('\n', StringComparison.Ordinal) && !isKey ? ScalarStyle.Literal
            : Plain().IsMatch(text) && !Typed().IsMatch(text) ? ScalarStyle.Plain
            : ScalarStyle.DoubleQuoted;
        emitter.Emit(new Scalar(null, null, text, style, isPlainImplicit: true, isQuotedImplicit: true));
    }

    // Texts that are the same text in every version of YAML, in block and flow context.
    [GeneratedRegex(@"^[A-Za-z0-9_./$(~][A-Za-z0-9_./@+$%^()~=*?;,:! '-]*(?<![: ])\z(?<!: .*)(?<! #.*)")]
    private static partial Regex Plain();

    // What some reader takes for a number, a truth value, a date or nothing.
    [GeneratedRegex(@"^(~|null|true|false|yes|no|on|off|y|n|[-+.]?[0-9][0-9_.,:eExXoa-fA-F+-]*|\.(inf|nan)|[0-9]{4}-.*)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Typed();
}
