using System.Text;

namespace Sentinel.Scanning.Secrets.Matching;

/// <summary>
/// Shows bytes to a regular expression one character each, so that places stay what they are. ASCII is itself; a byte beyond it
/// becomes a block element, which is no letter: a token ends where a curly quote or a Chinese full stop begins.
/// </summary>
internal static class ByteText
{
    private const char HighBase = '\u2500';

    /// <summary>Writes as many characters as there are bytes.</summary>
    public static void Widen(ReadOnlySpan<byte> bytes, Span<char> characters)
    {
        Encoding.Latin1.GetChars(bytes, characters);
        if (Ascii.IsValid(bytes)) return;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] >= 0x80) characters[i] = (char)(HighBase + bytes[i] - 0x80);
        }
    }

    /// <summary>A pattern over such characters: what is beyond ASCII in it is the bytes of its UTF-8 form.</summary>
    public static string Pattern(string pattern)
    {
        if (Ascii.IsValid(pattern)) return pattern;
        var bytes = Encoding.UTF8.GetBytes(pattern);
        return string.Create(bytes.Length, bytes, static (characters, source) => Widen(source, characters));
    }
}
