namespace Sentinel.Git.History;

/// <summary>Cuts a stream at its NUL bytes with bounded memory.</summary>
/// <param name="read">Reads some bytes; 0 at the end.</param>
/// <param name="maxLength">Longest token that is kept whole; a longer one is cut, and its rest dropped.</param>
internal sealed class NulReader(Func<Memory<byte>, CancellationToken, ValueTask<int>> read, int maxLength)
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>The last token; valid until the next call.</summary>
    public ReadOnlySpan<byte> Token => _buffer.AsSpan(_tokenStart, _tokenLength);

    /// <summary>Whether the last token was cut.</summary>
    public bool IsCut { get; private set; }

    private int _tokenStart;
    private int _tokenLength;

    /// <summary>Goes to the next token; false at the end, where what no NUL ends is dropped.</summary>
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        var searched = 0;
        while (true)
        {
            var length = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)0);
            if (length >= 0)
            {
                length += searched;
                (_tokenStart, _tokenLength, IsCut) = (_start, Math.Min(length, maxLength), length > maxLength);
                _start += length + 1;
                return true;
            }
            searched = _end - _start;
            if (searched > maxLength)
            {
                return await SkipAsync(cancellationToken);
            }
            if (!await FillAsync(cancellationToken)) return false;
        }
    }

    // Keeps the head of an overlong token at the front of the buffer and reads on behind it until the NUL.
    private async ValueTask<bool> SkipAsync(CancellationToken cancellationToken)
    {
        _buffer.AsSpan(_start, maxLength).CopyTo(_buffer);
        while (true)
        {
            var count = await read(_buffer.AsMemory(maxLength), cancellationToken);
            if (count == 0) return false;
            var end = _buffer.AsSpan(maxLength, count).IndexOf((byte)0);
            if (end < 0) continue;
            (_tokenStart, _tokenLength, IsCut) = (0, maxLength, true);
            (_start, _end) = (maxLength + end + 1, maxLength + count);
            return true;
        }
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        var count = await read(_buffer.AsMemory(_end), cancellationToken);
        _end += count;
        return count > 0;
    }
}
