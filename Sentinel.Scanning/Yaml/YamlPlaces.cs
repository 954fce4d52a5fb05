namespace Sentinel.Scanning.Yaml;

/// <summary>Finds for every unit of a scalar's value the place in the source it was read from.</summary>
internal static class YamlPlaces
{
    /// <summary>One index into the source per unit of <paramref name="value"/>, never decreasing, inside <paramref name="span"/>.</summary>
    public static int[] Of(string value, string source, TextSpan span, YamlStyle style)
    {
        var places = new int[value.Length];
        var at = BodyStart(source, span, style);
        for (var i = 0; i < value.Length; i++)
        {
            at = Align(value[i], source, at, span.End, style);
            places[i] = Math.Min(at, Math.Max(span.Start, span.End - 1));
            at += WidthAt(source, at, span.End, style);
        }
        return places;
    }

    // The header of a block (|2-, >+ and a comment) is no part of its value.
    private static int BodyStart(string source, TextSpan span, YamlStyle style) => style switch
    {
        YamlStyle.Literal or YamlStyle.Folded => source.IndexOf('\n', span.Start, span.Length) is >= 0 and var end ? end + 1 : span.End,
        YamlStyle.SingleQuoted or YamlStyle.DoubleQuoted => span.Start + 1,
        _ => span.Start,
    };

    // Indentation and folded line breaks are skipped before a visible unit; blanks of the value lie somewhere in them.
    private static int Align(char wanted, string source, int at, int end, YamlStyle style)
    {
        while (at < end && style == YamlStyle.DoubleQuoted && source[at] == '\\' && at + 1 < end && source[at + 1] is '\r' or '\n') at += 2;
        if (char.IsWhiteSpace(wanted)) return at;
        while (at < end && char.IsWhiteSpace(source[at])) at++;
        return at;
    }

    private static int WidthAt(string source, int at, int end, YamlStyle style)
    {
        if (at >= end) return 0;
        if (style == YamlStyle.SingleQuoted && source[at] == '\'') return 2;
        if (style != YamlStyle.DoubleQuoted || source[at] != '\\' || at + 1 >= end) return 1;
        return source[at + 1] switch { 'x' => 4, 'u' => 6, 'U' => 10, _ => 2 };
    }
}
