using Sentinel.Scanning.Fixes;
using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows.Fixes;

/// <summary>Changes of YAML that keep everything else as it is written. Each is null where the text is written in a way that is not understood.</summary>
internal static class YamlEdits
{
    /// <summary>Writes lines of a mapping before one of its entries.</summary>
    /// <param name="lines">Each without indentation of the mapping.</param>
    public static TextEdit? Before(string source, YamlEntry entry, params string[] lines)
    {
        if (ColumnOf(source, entry) is not { } column) return null;
        return TextEdit.Insert(entry.Key.Span.Start, string.Concat(lines.Select(line => $"{line}\n{Blanks(column)}")));
    }

    /// <summary>Writes lines of a mapping after one of its entries, whose value is on one line.</summary>
    /// <inheritdoc cref="Before"/>
    public static TextEdit? After(string source, YamlEntry entry, params string[] lines)
    {
        // An alias stands for what is written elsewhere.
        if (ColumnOf(source, entry) is not { } column || entry.Value is not YamlText value || value.Span.Start < entry.Key.Span.End) return null;
        if (source.AsSpan(entry.Key.Span.Start, value.Span.End - entry.Key.Span.Start).Contains('\n')) return null;
        var end = source.IndexOf('\n', value.Span.End) is >= 0 and var found ? found : source.Length;
        // Nothing but a comment may follow.
        return source.AsSpan(value.Span.End, end - value.Span.End).Trim() is [] or ['#', ..]
            ? TextEdit.Insert(end, string.Concat(lines.Select(line => $"\n{Blanks(column)}{line}")))
            : null;
    }

    /// <summary>Adds to the mapping under a key, which is made before <paramref name="anchor"/> when the parent has none.</summary>
    public static TextEdit? Add(string source, YamlMap parent, string key, YamlEntry anchor, IReadOnlyList<string> lines)
    {
        if (parent.Entry(key) is not { } existing) return Before(source, anchor, [$"{key}:", .. lines.Select(line => "  " + line)]);
        return existing.Value is YamlMap { Entries: [var first, ..] } && IsWrittenUnder(source, existing) ? Before(source, first, [.. lines]) : null;
    }

    /// <summary>Takes an entry out of the mapping under a key, and the key with it when it holds nothing else.</summary>
    public static TextEdit? Remove(string source, YamlMap parent, YamlEntry holder, YamlEntry entry)
    {
        if (holder.Value is not YamlMap map || !IsWrittenUnder(source, holder)) return null;
        var isAll = map.Entries.Count == 1;
        // A key that opens a list item holds its dash, and a mapping must keep something.
        if (isAll && parent.Entries.Count == 1) return null;
        var (from, to) = isAll ? (holder.Key.Span.Start, entry.Value.Span.End) : (entry.Key.Span.Start, entry.Value.Span.End);
        var start = source.LastIndexOf('\n', Math.Max(0, from - 1)) + 1;
        var end = source.IndexOf('\n', to) is >= 0 and var found ? found + 1 : source.Length;
        return source.AsSpan(start, from - start).IsWhiteSpace() && source.AsSpan(to, end - to).Trim() is [] or ['#', ..] ? TextEdit.Delete(start, end) : null;
    }

    // The column at which an entry of a mapping in block style begins, counted from 0; null for any other style, and behind a tab.
    private static int? ColumnOf(string source, YamlEntry entry)
    {
        var start = entry.Key.Span.Start;
        var line = start == 0 ? 0 : source.LastIndexOf('\n', start - 1) + 1;
        return source.AsSpan(line, start - line).TrimStart("- ").IsEmpty && entry.Key.Style == YamlStyle.Plain ? start - line : null;
    }

    // In block style, in this place: not {…}, and no alias of what stands elsewhere.
    private static bool IsWrittenUnder(string source, YamlEntry holder) =>
        holder.Value is YamlMap { Entries: [var first, ..] } map && first.Key.Span.Start > holder.Key.Span.End
        && source[map.Span.Start] != '{' && source.AsSpan(holder.Key.Span.End, first.Key.Span.Start - holder.Key.Span.End) is [':', .. var gap]
        && gap.IndexOfAny("*&!{") < 0 && gap.Contains('\n');

    private static string Blanks(int count) => new(' ', count);
}
