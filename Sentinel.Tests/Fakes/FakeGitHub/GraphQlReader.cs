using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>A field that a document asks for.</summary>
internal sealed record GraphQlField(string Name, string Alias, IReadOnlyDictionary<string, JsonNode?> Values, IReadOnlyList<GraphQlField> Fields)
{
    public GraphQlArguments Arguments => new(Values);

    public string Text(string name) => Arguments[name]?.GetValue<string>() ?? throw new GraphQlFault($"Field '{Name}' is missing required arguments: {name}", null);
}

/// <summary>A field's arguments; one that was not given is null.</summary>
internal readonly record struct GraphQlArguments(IReadOnlyDictionary<string, JsonNode?> Values)
{
    public JsonNode? this[string name] => Values.GetValueOrDefault(name);
}

/// <summary>An error of a GraphQL answer.</summary>
internal sealed class GraphQlFault(string message, string? type) : Exception(message)
{
    public string? Type { get; } = type;
}

/// <summary>Reads one operation: fields, aliases, arguments, variables, inline fragments (https://spec.graphql.org/October2021/).</summary>
internal sealed partial class GraphQlReader(string document, JsonObject? variables)
{
    private readonly string[] _tokens = [.. Token().Matches(document).Select(m => m.Value)];
    private int _at;

    public (bool IsMutation, IReadOnlyList<GraphQlField> Fields) Read()
    {
        var isMutation = Peek() == "mutation";
        // The operation's name and the types of its variables say nothing that matters here.
        while (Peek() != "{") Take();
        return (isMutation, Selection());
    }

    /// <summary>Leaves of a value what was asked for.</summary>
    public static JsonNode? Project(JsonNode? value, GraphQlField field)
    {
        if (value is JsonArray list) return new JsonArray([.. list.Select(item => Project(item, field))]);
        if (value is not JsonObject all || field.Fields.Count == 0) return value?.DeepClone();
        var json = new JsonObject();
        foreach (var inner in field.Fields)
            json[inner.Alias] = all.TryGetPropertyValue(inner.Name, out var found) ? Project(found, inner) : throw new GraphQlFault($"Field '{inner.Name}' doesn't exist", "undefinedField");
        return json;
    }

    private List<GraphQlField> Selection()
    {
        Expect("{");
        var fields = new List<GraphQlField>();
        while (Peek() != "}")
        {
            if (Peek() == "...")
            {
                Take();
                while (Peek() != "{") Take();
                fields.AddRange(Selection());
                continue;
            }
            var (name, alias) = (Take(), (string?)null);
            if (Peek() == ":")
            {
                Take();
                (alias, name) = (name, Take());
            }
            var arguments = Peek() == "(" ? Pairs("(", ")") : [];
            fields.Add(new GraphQlField(name, alias ?? name, arguments, Peek() == "{" ? Selection() : []));
        }
        Expect("}");
        return fields;
    }

    private Dictionary<string, JsonNode?> Pairs(string open, string close)
    {
        Expect(open);
        var pairs = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        while (Peek() != close)
        {
            var name = Take();
            Expect(":");
            pairs[name] = Value();
        }
        Expect(close);
        return pairs;
    }

    private JsonNode? Value()
    {
        if (Peek() == "{") return new JsonObject(Pairs("{", "}"));
        var token = Take();
        if (token.StartsWith('$')) return variables?[token[1..]]?.DeepClone();
        if (token.StartsWith('"')) return JsonNode.Parse(token);
        if (int.TryParse(token, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return number;
        return token switch { "true" => true, "false" => false, "null" => null, _ => token };
    }

    private string Peek() => _at < _tokens.Length ? _tokens[_at] : throw new GraphQlFault("Parse error on end of file", null);

    private string Take()
    {
        var token = Peek();
        _at++;
        return token;
    }

    private void Expect(string token)
    {
        if (Take() != token) throw new GraphQlFault($"Parse error: expected \"{token}\"", null);
    }

    [GeneratedRegex("""\.\.\.|"(?:[^"\\]|\\.)*"|\$?[A-Za-z_][A-Za-z0-9_]*|-?[0-9]+|[{}()\[\]:!=@]""", RegexOptions.CultureInvariant)]
    private static partial Regex Token();
}
