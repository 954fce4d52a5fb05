using System.Globalization;
using System.Text;

namespace Sentinel.Git.Blobs;

/// <summary>
/// One <c>git cat-file</c>, asked for one blob after the other, and where git is new enough for lengths too. Started on first use and again
/// after a fault.
/// </summary>
internal sealed class BlobBatch(GitRunner git, GitLimits limits) : IAsyncDisposable
{
    private const int MaxHeader = 256;

    // What is asked at once has to fit in a pipe: git stops reading while nobody reads its answers.
    public const int MaxLengths = 64;

    private readonly byte[] _buffer = new byte[64 * 1024];
    private GitProcess? _process;
    private bool _commands;
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

    /// <summary>Lengths of up to <see cref="MaxLengths"/> blobs; null for what is no blob here.</summary>
    public async ValueTask<long?[]> LengthsAsync(IReadOnlyList<string> blobIds, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blobIds.Count, MaxLengths);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limits.CommandTimeout);
        try
        {
            var process = await StartAsync();
            await process.Input.WriteAsync(Encoding.ASCII.GetBytes(string.Concat(blobIds.Select(id => $"info {id}\n"))), timeout.Token);
            await process.Input.FlushAsync(timeout.Token);
            var lengths = new long?[blobIds.Count];
            for (var i = 0; i < lengths.Length; i++) lengths[i] = HeaderOf(await ReadLineAsync(process.Output, timeout.Token)).Length;
            return lengths;
        }
        catch (Exception ex) when (ex is OperationCanceledException or IOException)
        {
            await StopAsync();
            if (cancellationToken.IsCancellationRequested) throw;
            throw ex is IOException ? GitFault.Of("asking for lengths", new GitResult(128, [], ex.Message)) : GitRunner.Timeout("cat-file", limits.CommandTimeout);
        }
    }

    public ValueTask DisposeAsync() => StopAsync();

    private async ValueTask<GitProcess> StartAsync()
    {
        if (_process is not null) return _process;
        _commands = await GitVersion.HasBatchCommandAsync(git);
        return _process = git.Start(["cat-file", _commands ? "--batch-command" : "--batch"]);
    }

    private async ValueTask<byte[]> ReadBlobAsync(string blobId, CancellationToken cancellationToken)
    {
        var process = await StartAsync();
        await process.Input.WriteAsync(Encoding.ASCII.GetBytes((_commands ? "contents " : "") + blobId + "\n"), cancellationToken);
        await process.Input.FlushAsync(cancellationToken);

        var header = HeaderOf(await ReadLineAsync(process.Output, cancellationToken));
        if (header.IsMissing) throw new UnreadableBlobException(blobId, "it is not in the repository, or is damaged");
        if (header.Length is not { } length) throw new UnreadableBlobException(blobId, "it is no file content");
        if (length > limits.MaxBlobBytes) throw new UnreadableBlobException(blobId, "it is larger than was listed");

        var content = new byte[length];
        await ReadExactlyAsync(process.Output, content, cancellationToken);
        await ReadExactlyAsync(process.Output, new byte[1], cancellationToken);
        return content;
    }

    // "<hash> blob <size>", or "<hash> missing".
    private static (bool IsMissing, long? Length) HeaderOf(string line) => line.Split(' ') switch
    {
        [_, "missing"] => (true, null),
        [_, "blob", var size] when long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var length) => (false, length),
        _ => (false, null),
    };

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
