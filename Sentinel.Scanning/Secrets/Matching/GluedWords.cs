using System.Text;

namespace Sentinel.Scanning.Secrets.Matching;

/// <summary>
/// Words that a hyphen or an underscore joins to a value, as names of files, of stored secrets and of branches do:
/// <c>deploy-token-3f2a…</c>. A token's own characters include both signs, so that such a word would be taken for a part of it.
/// </summary>
internal static class GluedWords
{
    private const int MaxWord = 24;

    private static readonly byte[][] Words =
        [.. new[] { "key", "keys", "token", "secret", "password", "passwd", "access", "private", "auth", "credential", "bearer", "pat" }.Select(Encoding.ASCII.GetBytes)];

    /// <summary>Where the value begins behind such words; negative when none of them speaks of a secret, or nothing follows.</summary>
    /// <param name="start">Index of the first byte of the token.</param>
    /// <param name="end">Index behind the token.</param>
    public static int Skip(ReadOnlySpan<byte> text, int start, int end)
    {
        var value = -1;
        var at = start;
        while (at < end)
        {
            var word = at;
            while (at < end && at - word <= MaxWord && char.IsAsciiLetter((char)text[at])) at++;
            if (at >= end || text[at] is not ((byte)'-' or (byte)'_')) break;
            if (EndsWithWord(text[word..at])) value = at + 1;
            at++;
        }
        return value < end ? value : -1;
    }

    // apikey, SECRETkey, ACCESS
    private static bool EndsWithWord(ReadOnlySpan<byte> glued)
    {
        foreach (var word in Words)
        {
            if (glued.Length >= word.Length && Ascii.EqualsIgnoreCase(glued[^word.Length..], word)) return true;
        }
        return false;
    }
}
