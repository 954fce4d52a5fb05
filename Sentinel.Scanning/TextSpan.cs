namespace Sentinel.Scanning;

/// <summary>A part of a file's text.</summary>
/// <param name="Start">Index of the first UTF-16 unit in <see cref="SourceFile.Text"/>.</param>
/// <param name="Length">UTF-16 units.</param>
internal readonly record struct TextSpan(int Start, int Length)
{
    /// <summary>Index behind the last unit.</summary>
    public int End => Start + Length;

    /// <summary>From one index to another; an end before the start gives an empty span.</summary>
    public static TextSpan Between(int start, int end) => new(start, Math.Max(0, end - start));

    /// <summary>The span without white space at its ends.</summary>
    public TextSpan Trim(string text)
    {
        var (start, end) = (Start, End);
        while (start < end && char.IsWhiteSpace(text[start])) start++;
        while (end > start && char.IsWhiteSpace(text[end - 1])) end--;
        return Between(start, end);
    }

    /// <summary>The part on the first line.</summary>
    public TextSpan FirstLine(string text) =>
        text.AsSpan(Start, Length).IndexOfAny('\r', '\n') is >= 0 and var end ? new TextSpan(Start, end) : this;
}
