using System.Globalization;
using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Sentinel.Scanning.Secrets.Gitleaks;

/// <summary>A value of a TOML document with the line it stands on.</summary>
/// <param name="Line">1-based.</param>
/// <param name="Value">A text, number or truth value; null for tables and arrays.</param>
internal sealed record TomlNode(int Line, object? Value)
{
    /// <summary>The entries of a table, in order; empty for anything else.</summary>
    public Dictionary<string, TomlNode> Entries { get; } = new(StringComparer.Ordinal);

    /// <summary>The items of an array, or of an array of tables; empty for anything else.</summary>
    public List<TomlNode> Items { get; } = [];

    public string? Text => Value as string;

    public bool IsTrue => Value is true;

    public double? Number => Value is double number ? number : null;

    /// <summary>Reads a document; what is wrong with it is told in <paramref name="faults"/>, each with file and line.</summary>
    public static TomlNode Read(string fileName, string toml, List<string> faults)
    {
        var root = new TomlNode(1, null);
        DocumentSyntax document;
        try
        {
            document = SyntaxParser.Parse(toml, fileName, true);
        }
        catch (TomlException ex)
        {
            // Refuses what is nested too deep in this way, and all else as a diagnostic.
            faults.Add($"{fileName}:{ex.Line ?? 1}: not read: arrays or tables are nested too deep");
            return root;
        }
        faults.AddRange(document.Diagnostics.Select(d => $"{fileName}:{d.Span.Start.Line + 1}: {d.Message}"));
        if (document.HasErrors) return root;

        Fill(root, document.KeyValues);
        foreach (var table in document.Tables)
        {
            var names = Names(table.Name!);
            var node = names[..^1].Aggregate(root, Child);
            var line = table.Span.Start.Line + 1;
            if (table is TableArraySyntax)
            {
                var array = Get(node, names[^1], line);
                array.Items.Add(new TomlNode(line, null));
                Fill(array.Items[^1], table.Items);
            }
            else
            {
                Fill(Get(node, names[^1], line), table.Items);
            }
        }
        return root;
    }

    private static void Fill(TomlNode table, SyntaxList<KeyValueSyntax> entries)
    {
        foreach (var entry in entries) Put(table, entry);
    }

    private static void Put(TomlNode table, KeyValueSyntax entry)
    {
        var names = Names(entry.Key!);
        names[..^1].Aggregate(table, Child).Entries[names[^1]] = Of(entry.Value!);
    }

    private static TomlNode Of(ValueSyntax value)
    {
        var line = value.Span.Start.Line + 1;
        var node = new TomlNode(line, value switch
        {
            StringValueSyntax text => text.Value,
            BooleanValueSyntax flag => flag.Value,
            IntegerValueSyntax integer => (double)integer.Value,
            FloatValueSyntax number => number.Value,
            DateTimeValueSyntax time => Convert.ToString(time.Value, CultureInfo.InvariantCulture),
            _ => null,
        });
        if (value is ArraySyntax array) node.Items.AddRange(array.Items.Select(i => Of(i.Value!)));
        if (value is InlineTableSyntax table)
        {
            foreach (var item in table.Items) Put(node, item.KeyValue!);
        }
        return node;
    }

    // A name below an array of tables means its last one.
    private static TomlNode Child(TomlNode node, string name)
    {
        var child = Get(node, name, node.Line);
        return child.Items.Count > 0 ? child.Items[^1] : child;
    }

    private static TomlNode Get(TomlNode node, string name, int line) =>
        node.Entries.TryGetValue(name, out var known) ? known : node.Entries[name] = new TomlNode(line, null);

    private static string[] Names(KeySyntax key) => [Name(key.Key!), .. key.DotKeys.Select(d => Name(d.Key!))];

    private static string Name(BareKeyOrStringValueSyntax key) => key is StringValueSyntax text ? text.Value ?? "" : ((BareKeySyntax)key).Key?.Text ?? "";
}
