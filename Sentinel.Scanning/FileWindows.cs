using System.Buffers;
using System.Text;

namespace Sentinel.Scanning;

/// <summary>
/// Reads a file that is too large to be held as windows of UTF-8 that overlap. Each place of the file belongs to one window, in which
/// much text stands before and behind it, so that what is found does not depend on where windows end.
/// </summary>
internal sealed class FileWindows : IAsyncDisposable
{
    /// <summary>Bytes of a window.</summary>
    public const int WindowBytes = 8 * 1024 * 1024;

    /// <summary>Bytes that two windows share: twice what any rule looks at around a match.</summary>
    public const int OverlapBytes = 256 * 1024;

    private const int ProbeBytes = 8 * 1024;

    private readonly Stream _stream;
    private readonly string _path;
    private readonly int _windowBytes;
    private readonly int _overlapBytes;
    private readonly byte[] _buffer;
    private Transcoder? _utf16;
    private bool _begun;
    private bool _ended;
    private int _length;
    private int _from;
    private int _next;
    private int _lines;
    private int _columns;

    /// <param name="path">Path from the root of the tree.</param>
    /// <param name="stream">Disposed with this.</param>
    /// <param name="windowBytes">At least three times <paramref name="overlapBytes"/>.</param>
    /// <param name="overlapBytes">Bytes that two windows share at least.</param>
    public FileWindows(string path, Stream stream, int windowBytes = WindowBytes, int overlapBytes = OverlapBytes)
    {
        (_path, _stream, _windowBytes, _overlapBytes) = (path, stream, windowBytes, overlapBytes);
        _buffer = ArrayPool<byte>.Shared.Rent(windowBytes);
    }

    /// <summary>Whether the beginning says that this is no text; known after the first window was asked for, which then is null.</summary>
    public bool IsBinary { get; private set; }

    /// <summary>Bytes read so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>The next window, valid until the one after it is asked for; null at the end.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async ValueTask<FileWindow?> NextAsync(CancellationToken cancellationToken)
    {
        if (!_begun) await BeginAsync(cancellationToken);
        else if (_ended || IsBinary) return null;
        else Advance();
        if (IsBinary) return null;

        await FillAsync(_windowBytes, cancellationToken);
        var content = _buffer.AsMemory(0, _length);
        _next = _ended ? _length : StartOfNext(content.Span);
        var to = _ended ? int.MaxValue : Border(content.Span);
        return new FileWindow(new SourceFile(_path, content), _from, to, _lines, _columns);
    }

    public ValueTask DisposeAsync()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        return _stream.DisposeAsync();
    }

    private async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        _begun = true;
        await FillAsync(ProbeBytes, cancellationToken);
        var probe = new SourceFile(_path, _buffer.AsMemory(0, _length));
        IsBinary = probe.IsBinary;
        if (probe.Utf16 is { } encoding)
        {
            _utf16 = new Transcoder(encoding);
            var raw = _buffer.AsSpan(0, _length).ToArray();
            _length = _utf16.Convert(raw, _buffer, flush: false);
        }
        // The mark is no part of the text.
        if (_buffer.AsSpan(0, _length) is [0xEF, 0xBB, 0xBF, ..])
        {
            _buffer.AsSpan(3, _length - 3).CopyTo(_buffer);
            _length -= 3;
        }
    }

    private void Advance()
    {
        var left = _buffer.AsSpan(0, _length);
        var border = Border(left);
        var gone = left[.._next];
        var newline = gone.LastIndexOf((byte)'\n');
        _lines += gone.Count((byte)'\n');
        _columns = newline >= 0 ? Encoding.UTF8.GetCharCount(gone[(newline + 1)..]) : _columns + Encoding.UTF8.GetCharCount(gone);
        _from = border - _next;
        left[_next..].CopyTo(_buffer);
        _length -= _next;
    }

    // At a line's beginning where one is near: some formats are read from there.
    private int StartOfNext(ReadOnlySpan<byte> window)
    {
        var latest = window.Length - _overlapBytes;
        var newline = window.Slice(latest - _overlapBytes, _overlapBytes).LastIndexOf((byte)'\n');
        return newline >= 0 ? latest - _overlapBytes + newline + 1 : CharacterStart(window, latest);
    }

    private int Border(ReadOnlySpan<byte> window) => CharacterStart(window, _next + (_overlapBytes / 2));

    private static int CharacterStart(ReadOnlySpan<byte> text, int index)
    {
        var start = index;
        while (start > index - 4 && (text[start] & 0xC0) == 0x80) start--;
        return start;
    }

    private async ValueTask FillAsync(int length, CancellationToken cancellationToken)
    {
        var raw = _utf16 is null ? null : ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (_length < length && !_ended)
            {
                // A UTF-16 unit takes at most three bytes of UTF-8.
                var room = raw is null ? _buffer.AsMemory(_length, length - _length) : raw.AsMemory(0, Math.Min(raw.Length, (length - _length) / 3 * 2));
                if (room.IsEmpty) break;
                var read = await _stream.ReadAsync(room, cancellationToken);
                BytesRead += read;
                _ended = read == 0;
                _length += _utf16?.Convert(room.Span[..read], _buffer.AsSpan(_length), flush: _ended) ?? read;
            }
        }
        finally
        {
            if (raw is not null) ArrayPool<byte>.Shared.Return(raw);
        }
    }

    private sealed class Transcoder(Encoding encoding)
    {
        private readonly Decoder _decoder = encoding.GetDecoder();
        private readonly Encoder _encoder = Encoding.UTF8.GetEncoder();

        public int Convert(ReadOnlySpan<byte> from, Span<byte> to, bool flush)
        {
            var characters = new char[_decoder.GetCharCount(from, flush)];
            _decoder.GetChars(from, characters, flush);
            return _encoder.GetBytes(characters, to, flush);
        }
    }
}

/// <summary>A part of a large file.</summary>
/// <param name="File">The part as if it were a file; its memory serves the next part too.</param>
/// <param name="From">First byte at which findings of this window begin.</param>
/// <param name="To">First byte behind them.</param>
/// <param name="Lines">Line ends before the window.</param>
/// <param name="Columns">UTF-16 units between the last line end before the window and the window.</param>
internal sealed record FileWindow(SourceFile File, int From, int To, int Lines, int Columns)
{
    /// <summary>The findings that belong to this window, at their places in the whole file.</summary>
    public IEnumerable<Finding> Own(IReadOnlyList<Finding> findings)
    {
        if (findings.Count == 0) return [];
        var (from, to) = (PlaceOf(From), To < File.Content.Length ? PlaceOf(To) : (int.MaxValue, 0));
        return findings.Where(f => (f.Location.Region.StartLine, f.Location.Region.StartColumn) is var start && start.CompareTo(from) >= 0 && start.CompareTo(to) < 0).Select(InFile);
    }

    private Finding InFile(Finding finding)
    {
        var region = finding.Location.Region;
        return finding with
        {
            Location = finding.Location with
            {
                Region = new Region(
                    region.StartLine + Lines, region.StartColumn + (region.StartLine == 1 ? Columns : 0), region.EndLine + Lines, region.EndColumn + (region.EndLine == 1 ? Columns : 0)),
            },
            SnippetStartLine = finding.SnippetStartLine + Lines,
        };
    }

    private (int Line, int Column) PlaceOf(int index)
    {
        var before = File.Content.Span[..index];
        return (before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1);
    }
}
