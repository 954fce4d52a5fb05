using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.GitHub;

/// <summary>GitHub's own description of its REST API (OpenAPI 3.0), by which answers are checked.</summary>
internal sealed class GitHubDescription : IDisposable
{
    private readonly JsonDocument _document;

    private GitHubDescription(JsonDocument document) => _document = document;

    /// <summary>Reads it, or skips the test.</summary>
    public static GitHubDescription Load()
    {
        using var file = new GZipStream(File.OpenRead(SharedFiles.Require("data", "github-api", "api.github.com.openapi.json.gz")), CompressionMode.Decompress);
        return new GitHubDescription(JsonDocument.Parse(file));
    }

    /// <summary>What of an answer is not as described; empty when all is.</summary>
    public IReadOnlyList<string> Check(string method, string path, int status, JsonElement? body)
    {
        // The path with the most literal parts is meant: /pulls/comments/{id} and not /pulls/{number}/….
        var found = _document.RootElement.GetProperty("paths").EnumerateObject().Where(p => Matches(p.Name, path)).OrderBy(p => p.Name.Count(c => c == '{')).FirstOrDefault();
        if (found.Value.ValueKind != JsonValueKind.Object || !found.Value.TryGetProperty(method.ToLowerInvariant(), out var operation)) return [$"{method} {path} is not described"];
        if (!operation.GetProperty("responses").TryGetProperty(status.ToString(CultureInfo.InvariantCulture), out var response)) return [$"{method} {found.Name}: {status} is not described"];
        response = Resolve(response);
        var schema = response.TryGetProperty("content", out var content) && content.TryGetProperty("application/json", out var json) ? json.GetProperty("schema") : (JsonElement?)null;
        if (schema is null || body is null) return schema is null == body is null ? [] : [$"{method} {found.Name}: {(body is null ? "a body is missing" : "there is no body")}"];
        var faults = new List<string>();
        Check(schema.Value, body.Value, "$", faults);
        return [.. faults.Select(f => $"{method} {found.Name}: {f}")];
    }

    public void Dispose() => _document.Dispose();

    private void Check(JsonElement schema, JsonElement value, string at, List<string> faults)
    {
        schema = Resolve(schema);
        if (value.ValueKind == JsonValueKind.Null)
        {
            if (!IsNullable(schema)) faults.Add($"{at} is null");
            return;
        }
        foreach (var word in new[] { "anyOf", "oneOf" })
        {
            if (!schema.TryGetProperty(word, out var choices)) continue;
            var tries = choices.EnumerateArray().Select(c => Of(c, value, at)).ToList();
            if (tries.TrueForAll(t => t.Count > 0)) faults.AddRange(tries.MinBy(t => t.Count)!);
        }
        if (schema.TryGetProperty("allOf", out var all))
        {
            // The account of an installation is described as a user and an enterprise at once, which nothing is.
            var parts = all.EnumerateArray().Where(p => !(p.TryGetProperty("title", out var title) && title.GetString() == "Enterprise"));
            foreach (var part in parts) Check(part, value, at, faults);
        }
        if (schema.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(v => v.ToString() == value.ToString())) faults.Add($"{at} is '{value}'");
        if (schema.TryGetProperty("type", out var type) && !Fits(type.GetString()!, value)) faults.Add($"{at} is no {type}");
        else if (value.ValueKind == JsonValueKind.Object) CheckMembers(schema, value, at, faults);
        else if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
            foreach (var (item, index) in value.EnumerateArray().Select((item, index) => (item, index))) Check(items, item, $"{at}[{index}]", faults);
        if (schema.TryGetProperty("format", out var format) && format.GetString() == "date-time" && !DateTimeOffset.TryParse(value.ToString(), CultureInfo.InvariantCulture, out _)) faults.Add($"{at} is no time");
    }

    private List<string> Of(JsonElement schema, JsonElement value, string at)
    {
        var faults = new List<string>();
        Check(schema, value, at, faults);
        return faults;
    }

    private void CheckMembers(JsonElement schema, JsonElement value, string at, List<string> faults)
    {
        if (schema.TryGetProperty("required", out var required))
            faults.AddRange(required.EnumerateArray().Select(r => r.GetString()!).Where(name => !value.TryGetProperty(name, out _)).Select(name => $"{at}.{name} is missing"));
        if (!schema.TryGetProperty("properties", out var properties)) return;
        foreach (var property in properties.EnumerateObject())
            if (value.TryGetProperty(property.Name, out var member)) Check(property.Value, member, $"{at}.{property.Name}", faults);
    }

    private static bool IsNullable(JsonElement schema) => schema.TryGetProperty("nullable", out var nullable) && nullable.GetBoolean();

    private static bool Fits(string type, JsonElement value) => type switch
    {
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => false,
    };

    private JsonElement Resolve(JsonElement element)
    {
        while (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("$ref", out var reference))
            element = reference.GetString()!.Split('/').Skip(1).Aggregate(_document.RootElement, (e, part) => e.GetProperty(part));
        return element;
    }

    private static bool Matches(string template, string path) =>
        Regex.IsMatch(path, "^" + Regex.Replace(Regex.Escape(template), @"\\\{[^}]+}", m => m.Value == @"\{path}" ? ".+" : "[^/]+") + "$", RegexOptions.CultureInvariant);
}
