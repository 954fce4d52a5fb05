using System.Globalization;
using System.Text;

namespace Sentinel.Scanning.Reporting;

/// <summary>Text of a repository may hold line breaks, terminal commands, or characters that a format forbids.</summary>
public static class Printable
{
    /// <summary>Control characters, line separators and marks that turn the direction of writing are written <c>\xNN</c> or <c>\u{NNNN}</c>.</summary>
    public static string Line(string text) => Escape(text, keepBreaks: false);

    /// <summary>Text for XML 1.0 (https://www.w3.org/TR/xml/#charsets), in an element or a quoted attribute.</summary>
    public static string Xml(string text) => Escape(text, keepBreaks: true)
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal).Replace("\n", "&#10;", StringComparison.Ordinal);

    private static string Escape(string text, bool keepBreaks)
    {
        if (!text.EnumerateRunes().Any(IsForbidden)) return text;

        var escaped = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsForbidden(rune) || (keepBreaks && rune.Value == '\n')) escaped.Append(rune);
            else if (rune.Value <= 0xFF) escaped.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
            else escaped.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x4}}}");
        }
        return escaped.ToString();
    }

    // A lone surrogate is enumerated as U+FFFD and may stay.
    private static bool IsForbidden(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0xFFFE or 0xFFFF;
}
