using System.Text;

namespace Sentinel.Data;

/// <summary>Makes untrusted text storable: PostgreSQL refuses NUL in <c>text</c> and <c>jsonb</c>, and lone surrogates are not UTF-8.</summary>
public static class PostgresText
{
    /// <summary>Replaces NUL and lone surrogates by U+FFFD and cuts at <paramref name="maxLength"/> UTF-16 units, never inside a pair.</summary>
    public static string Clean(string text, int maxLength = int.MaxValue)
    {
        var end = Math.Min(text.Length, maxLength);
        if (end < text.Length && end > 0 && char.IsHighSurrogate(text[end - 1])) end--;
        if (IsClean(text.AsSpan(0, end))) return end == text.Length ? text : text[..end];

        var clean = new StringBuilder(end);
        for (var i = 0; i < end; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < end && char.IsLowSurrogate(text[i + 1]))
                clean.Append(text[i]).Append(text[++i]);
            else
                clean.Append(text[i] == '\0' || char.IsSurrogate(text[i]) ? '\uFFFD' : text[i]);
        }
        return clean.ToString();
    }

    private static bool IsClean(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (c == '\0' || char.IsSurrogate(c)) return false;
        }
        return true;
    }
}
