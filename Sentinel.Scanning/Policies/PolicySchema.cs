using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sentinel.Scanning.Policies;

/// <summary>The published JSON schema of policy files, made from the table that the reader goes by. Editors read it.</summary>
public static class PolicySchema
{
    /// <summary>Name of the published file.</summary>
    public const string FileName = "sentinel-policy.schema.json";

    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Lazy<string> Text = new(Write);

    /// <summary>
    /// JSON Schema draft 7 (https://json-schema.org/draft-07), which editors know best. Everything that the reader takes fits it; it lets
    /// a few things through that the reader refuses: days that no month has, some patterns, blank lines for a reason.
    /// </summary>
    public static string Json => Text.Value;

    private static string Write()
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "http://json-schema.org/draft-07/schema#");
            json.WriteString("$id", "urn:sentinel:policy:1");
            json.WriteString("title", "Sentinel policy");
            Write(json, PolicyKeys.Root);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(output.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter json, PolicyShape shape)
    {
        json.WriteString("description", shape.About);
        switch (shape)
        {
            case PolicyShape.Group group:
                WriteGroup(json, group);
                break;
            case PolicyShape.List list:
                json.WriteString("type", "array");
                json.WriteNumber("maxItems", list.Most);
                json.WriteStartObject("items");
                Write(json, list.Item);
                json.WriteEndObject();
                break;
            case PolicyShape.Choice choice:
                json.WriteString("type", "string");
                WriteStrings(json, "enum", choice.Words);
                json.WriteString("default", choice.Default);
                break;
            case PolicyShape.Flag flag:
                json.WriteString("type", "boolean");
                json.WriteBoolean("default", flag.Default);
                break;
            case PolicyShape.Number number:
                json.WriteString("type", "integer");
                json.WriteNumber("minimum", number.Least);
                json.WriteNumber("maximum", number.Most);
                if (number.Default is { } value) json.WriteNumber("default", value);
                break;
            case PolicyShape.Text text:
                json.WriteString("type", "string");
                json.WriteNumber("minLength", 1);
                json.WriteNumber("maxLength", text.Most);
                json.WriteString("pattern", text.Pattern);
                break;
        }
    }

    private static void WriteGroup(Utf8JsonWriter json, PolicyShape.Group group)
    {
        json.WriteString("type", "object");
        json.WriteBoolean("additionalProperties", false);
        if (group.Keys.Any(k => k.IsRequired)) WriteStrings(json, "required", group.Keys.Where(k => k.IsRequired).Select(k => k.Name));
        json.WriteStartObject("properties");
        foreach (var key in group.Keys)
        {
            json.WriteStartObject(key.Name);
            Write(json, key.Shape);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
