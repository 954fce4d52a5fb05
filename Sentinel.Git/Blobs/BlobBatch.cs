using System.Globalization;
using System.Text;

namespace Sentinel.Git.Blobs;

/// <summary>One <c>git cat-file --batch</c>, asked for one blob after the other. Started on first use and again after a fault.</summary>
internal sealed class BlobBatch(GitRunner git, GitLimits limits) : IAsyncDisposable
{
    private const int MaxHeader = 256;

    private readonly byte[] _buffer = new byte[64 * 1024];
    private GitProcess? _process;
    private int _start;
    private int _end;

    public async ValueTask<byte[]> ReadAsync(string blobId, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limits.CommandTimeout);
        try
        {
            return await ReadBlobAsync(blobId, timeout.Token);
        }
        catch (Exception ex) when (ex is OperationCanceledException or IOException)
        {
            // What is left in the pipe belongs to the blob that was not read to its end.
            await StopAsync();
            if (ex is UnreadableBlobException || cancellationToken.IsCancellationRequested) throw;
            throw new UnreadableBlobException(blobId, ex is IOException ? "git could not read it: the object is damaged or gone" : "git took too long");
        }
    }

    public ValueTask DisposeAsync() => StopAsync();

    private async ValueTask<byte[]> ReadBlobAsync(string blobId, CancellationToken cancellationToken)
    {
        _process ??= git.Start(["cat-file", "--batch"]);
        await _process.Input.WriteAsync(Encoding.ASCII.GetBytes(blobId + "\n"), cancellationToken);
        await _process.Input.FlushAsync(cancellationToken);

        // "<hash> blob <size>", or "<hash> missing".
        var header = (await ReadLineAsync(_process.Output, cancellationToken)).Split(' ');
        if (header is [_, "missing"]) throw new UnreadableBlobException(blobId, "it is not in the repository, or is damaged");
        if (header is not [_, "blob", var size] || !long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            throw new UnreadableBlobException(blobId, "it is no file content");
        if (length > limits.MaxBlobBytes) throw new UnreadableBlobException(blobId, "it is larger than was listed");

        var content = new byte[length];
        await ReadExactlyAsync(_process.Output, content, cancellationToken);
        await ReadExactlyAsync(_process.Output, new byte[1], cancellationToken);
        return content;
    }

    private async ValueTask<string> ReadLineAsync(Stream stream, CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var line = Encoding.ASCII.GetString(_buffer, _start, length);
                _start += length + 1;
                return line;
            }
            if (_end - _start > MaxHeader) throw new IOException("git answered with something else");
            await FillAsync(stream, cancellationToken);
        }
    }

    private async ValueTask ReadExactlyAsync(Stream stream, Memory<byte> target, CancellationToken cancellationToken)
    {
        var buffered = Math.Min(target.Length, _end - _start);
        _buffer.AsSpan(_start, buffered).CopyTo(target.Span);
        _start += buffered;
        await stream.ReadExactlyAsync(target[buffered..], cancellationToken);
    }

    private async ValueTask FillAsync(Stream stream, CancellationToken cancellationToken)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        if (read == 0) throw new IOException("git ended");
        _end += read;
    }

    private async ValueTask StopAsync()
    {
        (_start, _end) = (0, 0);
        if (_process is null) return;
        await _process.DisposeAsync();
        _process = null;
    }
}
