using System.Text;

namespace Sentinel.Scanning;

/// <summary>A file's content, as analyzers see it. Safe for many readers at once.</summary>
public sealed class SourceFile
{
    private const int ProbeBytes = 8000;

    private readonly Lazy<string> _text;
    private readonly Lazy<int[]> _lineStarts;

    /// <summary>Wraps a content.</summary>
    /// <param name="path">Path from the root of the tree with <c>/</c>.</param>
    /// <param name="content">The raw bytes; not copied, must not change while the file is analysed.</param>
    public SourceFile(string path, ReadOnlyMemory<byte> content)
    {
        Path = path;
        Content = content;
        _text = new(() => Decode(content.Span));
        _lineStarts = new(() => FindLineStarts(Text));
    }

    /// <summary>Wraps a text, for tests and for input that is not a file.</summary>
    public static SourceFile FromText(string path, string text) => new(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Path from the root of the tree with <c>/</c>.</summary>
    public string Path { get; }

    /// <summary>The raw bytes.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>The decoded content: UTF-16 with a byte order mark or without, else UTF-8; what cannot be decoded becomes U+FFFD. Made on first use.</summary>
    public string Text => _text.Value;

    /// <summary>The content as UTF-8 without a byte order mark; for a file that is UTF-8 already, no copy. Bytes that are not UTF-8 stay as they are.</summary>
    public ReadOnlyMemory<byte> Utf8 => Utf16Of(Content.Span) is not null ? Encoding.UTF8.GetBytes(Text) : Content.Span is [0xEF, 0xBB, 0xBF, ..] ? Content[3..] : Content;

    /// <summary>Number of lines, at least 1.</summary>
    public int LineCount => _lineStarts.Value.Length;

    /// <summary>Whether the content is not text: a NUL in the first 8,000 bytes (as git decides it) and not UTF-16.</summary>
    public bool IsBinary => Utf16Of(Content.Span) is null && Content.Span[..Math.Min(Content.Length, ProbeBytes)].Contains((byte)0);

    /// <summary>UTF-16 of either order when the content is in it; null for anything else.</summary>
    internal Encoding? Utf16 => Utf16Of(Content.Span);

    /// <summary>The region of a span of <see cref="Text"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The span is not inside the text.</exception>
    public Region RegionOf(int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + length, Text.Length, nameof(length));
        var (startLine, startColumn) = Position(start);
        var (endLine, endColumn) = Position(start + length);
        return new Region(startLine, startColumn, endLine, endColumn);
    }

    /// <summary>The text of a line without its end.</summary>
    /// <param name="line">1-based; out of range gives an empty text.</param>
    public ReadOnlySpan<char> Line(int line)
    {
        var starts = _lineStarts.Value;
        if (line < 1 || line > starts.Length) return [];
        var end = line < starts.Length ? starts[line] : Text.Length;
        return Text.AsSpan(starts[line - 1], end - starts[line - 1]).TrimEnd("\r\n");
    }

    /// <summary>Index in <see cref="Text"/> at which a line begins.</summary>
    public int LineStart(int line) => _lineStarts.Value[line - 1];

    private (int Line, int Column) Position(int index)
    {
        var found = Array.BinarySearch(_lineStarts.Value, index);
        var line = found >= 0 ? found : ~found - 1;
        return (line + 1, index - _lineStarts.Value[line] + 1);
    }

    private static int[] FindLineStarts(string text)
    {
        List<int> starts = [0];
        for (var i = text.IndexOf('\n', StringComparison.Ordinal); i >= 0; i = text.IndexOf('\n', i + 1)) starts.Add(i + 1);
        return [.. starts];
    }

    // By its mark, else by every second byte of the beginning being zero, which no other text has.
    private static Encoding? Utf16Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes is [0xFF, 0xFE, ..]) return Encoding.Unicode;
        if (bytes is [0xFE, 0xFF, ..]) return Encoding.BigEndianUnicode;
        if (bytes.Length < 8 || bytes.Length % 2 != 0 || (bytes[0] != 0) == (bytes[1] != 0)) return null;

        var head = bytes[..Math.Min(bytes.Length, ProbeBytes)];
        var (even, odd) = (0, 0);
        for (var i = 0; i + 1 < head.Length; i += 2)
        {
            if (head[i] == 0) even++;
            if (head[i + 1] == 0) odd++;
        }
        var most = head.Length / 2 * 9 / 10;
        return odd >= most && even == 0 ? Encoding.Unicode : even >= most && odd == 0 ? Encoding.BigEndianUnicode : null;
    }

    private static string Decode(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xFF, 0xFE, .. var rest] => Encoding.Unicode.GetString(rest),
        [0xFE, 0xFF, .. var rest] => Encoding.BigEndianUnicode.GetString(rest),
        [0xEF, 0xBB, 0xBF, .. var rest] => Encoding.UTF8.GetString(rest),
        _ => (Utf16Of(bytes) ?? Encoding.UTF8).GetString(bytes),
    };
}
