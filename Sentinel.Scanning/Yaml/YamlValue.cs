namespace Sentinel.Scanning.Yaml;

/// <summary>A node of a YAML document that knows its place. Aliases point at the anchored node itself, so a value may have several parents.</summary>
internal abstract class YamlValue(TextSpan span)
{
    /// <summary>The node's source, quotes and block indicators included.</summary>
    public TextSpan Span { get; } = span;

    /// <summary>This node and everything below it; the reader has bounded how many that can be.</summary>
    public IEnumerable<YamlValue> All()
    {
        var waiting = new Stack<YamlValue>();
        waiting.Push(this);
        while (waiting.TryPop(out var value))
        {
            yield return value;
            foreach (var child in value.Children().Reverse()) waiting.Push(child);
        }
    }

    /// <summary>All texts at and below this node, keys left out.</summary>
    public IEnumerable<YamlText> Texts() => All().OfType<YamlText>();

    private protected abstract IEnumerable<YamlValue> Children();
}

/// <summary>A scalar.</summary>
internal sealed class YamlText(TextSpan span, string value, YamlStyle style, string source) : YamlValue(span)
{
    private readonly Lazy<int[]> _places = new(() => YamlPlaces.Of(value, source, span, style));

    /// <summary>What the scalar means, after unquoting and folding.</summary>
    public string Value { get; } = value;

    public YamlStyle Style { get; } = style;

    /// <summary>Where a part of <see cref="Value"/> stands in the file.</summary>
    public TextSpan SpanOf(int index, int length)
    {
        var start = _places.Value[index];
        return length == 0 ? new TextSpan(start, 0) : TextSpan.Between(start, _places.Value[index + length - 1] + 1);
    }

    private protected override IEnumerable<YamlValue> Children() => [];
}

/// <summary>How a scalar is written.</summary>
internal enum YamlStyle { Plain, SingleQuoted, DoubleQuoted, Literal, Folded }

/// <summary>A sequence.</summary>
internal sealed class YamlList(TextSpan span, IReadOnlyList<YamlValue> items) : YamlValue(span)
{
    public IReadOnlyList<YamlValue> Items { get; } = items;

    private protected override IEnumerable<YamlValue> Children() => Items;
}

/// <summary>A key and what it holds.</summary>
internal sealed record YamlEntry(YamlText Key, YamlValue Value);

/// <summary>A mapping; entries whose key is not a scalar are left out.</summary>
internal sealed class YamlMap(TextSpan span, IReadOnlyList<YamlEntry> entries) : YamlValue(span)
{
    public IReadOnlyList<YamlEntry> Entries { get; } = entries;

    private protected override IEnumerable<YamlValue> Children() => Entries.Select(e => e.Value);
}

/// <summary>Reading of nodes without exceptions: what is not there, or of another kind, is null.</summary>
internal static class YamlReading
{
    public static YamlEntry? Entry(this YamlMap? map, string key)
    {
        if (map is null) return null;
        foreach (var entry in map.Entries)
        {
            if (entry.Key.Value == key) return entry;
        }
        return null;
    }

    public static YamlValue? Get(this YamlMap? map, string key) => map.Entry(key)?.Value;

    public static YamlMap? Map(this YamlMap? map, string key) => map.Get(key) as YamlMap;

    public static YamlText? Scalar(this YamlMap? map, string key) => map.Get(key) as YamlText;

    public static string? Text(this YamlMap? map, string key) => map.Scalar(key)?.Value;

    /// <summary>The texts of a scalar or of a list of scalars; empty when it is neither.</summary>
    public static IEnumerable<YamlText> OneOrMany(this YamlValue? value) => value switch
    {
        YamlText text => [text],
        YamlList list => list.Items.OfType<YamlText>(),
        _ => [],
    };
}
