using System.Text;

namespace Sentinel.Scanning;

/// <summary>A file's content, as analyzers see it. Safe for many readers at once.</summary>
public sealed class SourceFile
{
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

    /// <summary>The decoded content: UTF-16 with a byte order mark, else UTF-8; what cannot be decoded becomes U+FFFD. Made on first use.</summary>
    public string Text => _text.Value;

    /// <summary>Number of lines, at least 1.</summary>
    public int LineCount => _lineStarts.Value.Length;

    /// <summary>Whether the content is not text: a NUL in the first 8,000 bytes (as git decides it) and no UTF-16 byte order mark.</summary>
    public bool IsBinary => !HasUtf16Mark(Content.Span) && Content.Span[..Math.Min(Content.Length, 8000)].Contains((byte)0);

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

    private static bool HasUtf16Mark(ReadOnlySpan<byte> bytes) => bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..];

    private static string Decode(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xFF, 0xFE, .. var rest] => Encoding.Unicode.GetString(rest),
        [0xFE, 0xFF, .. var rest] => Encoding.BigEndianUnicode.GetString(rest),
        [0xEF, 0xBB, 0xBF, .. var rest] => Encoding.UTF8.GetString(rest),
        _ => Encoding.UTF8.GetString(bytes),
    };
}
