using System.Globalization;
using System.Text;

namespace Sentinel.AiService.Redaction;

/// <summary>
/// Takes out what a person does not see but a model reads, or what turns a line round: zero-width, bidirectional, tag and other
/// format characters, private use, lone surrogates, and control characters but for tab and line feed.
/// </summary>
/// <remarks>Hidden instructions in tag characters: https://trojansource.codes and Unicode TR36.</remarks>
internal static class InvisibleText
{
    public static string Remove(string text)
    {
        if (IsPlain(text)) return text;

        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '\r')
            {
                // A lone carriage return begins a new line for a terminal, not for us.
                if (i + 1 >= text.Length || text[i + 1] != '\n') clean.Append('\n');
                continue;
            }
            if (!Rune.TryGetRuneAt(text, i, out var rune)) continue;
            i += rune.Utf16SequenceLength - 1;
            if (rune.Value is '\t' or '\n') clean.Append((char)rune.Value);
            else if (rune.Value is 0x2028 or 0x2029) clean.Append(' ');
            else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
                && !IsVariationSelector(rune.Value))
                clean.Append(rune.ToString());
        }
        return clean.ToString();
    }

    private static bool IsPlain(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    // Invisible marks after a character can carry any bytes.
    private static bool IsVariationSelector(int value) => value is (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);
}
