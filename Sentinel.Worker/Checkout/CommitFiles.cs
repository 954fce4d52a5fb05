using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sentinel.Scanning;

namespace Sentinel.Worker.Checkout;

/// <summary>Reads a commit's files through one <c>git cat-file --batch</c> straight into memory; nothing reaches the disk under its own name.</summary>
internal sealed class CommitFiles(Git git, GitTree tree, CheckoutOptions options) : IFileSource, IAsyncDisposable
{
    private const int MaxHeader = 256;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private Process? _process;

    public IReadOnlyList<FileEntry> Entries => tree.Entries;

    public IReadOnlyList<SkippedEntry> Skipped => tree.Skipped;

    public bool IsComplete => tree.IsComplete;

    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(FileEntry entry, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            _process ??= git.Start(["cat-file", "--batch"]);
            return await ReadBlobAsync(_process, entry.BlobId!, cancellationToken);
        }
        catch (Exception ex) when (ex is OperationCanceledException or IOException)
        {
            // What is left in the pipe belongs to the blob that was not read to its end.
            Stop();
            throw;
        }
        finally
        {
            _gate.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        Stop();
        _gate.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<byte[]> ReadBlobAsync(Process process, string blobId, CancellationToken cancellationToken)
    {
        await process.StandardInput.BaseStream.WriteAsync(Encoding.ASCII.GetBytes(blobId + "\n"), cancellationToken);
        await process.StandardInput.BaseStream.FlushAsync(cancellationToken);
        var output = process.StandardOutput.BaseStream;
        // "<hash> blob <size>", or "<hash> missing".
        var header = (await ReadLineAsync(output, cancellationToken)).Split(' ');
        if (header is not [_, "blob", var size] || !long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > options.MaxBlobBytes)
            throw new IOException("git has no such blob, or it is larger than was listed");

        var content = new byte[length];
        await output.ReadExactlyAsync(content, cancellationToken);
        await output.ReadExactlyAsync(new byte[1], cancellationToken);
        return content;
    }

    private static async ValueTask<string> ReadLineAsync(Stream stream, CancellationToken cancellationToken)
    {
        var line = new List<byte>(80);
        var one = new byte[1];
        while (line.Count < MaxHeader)
        {
            if (await stream.ReadAsync(one, cancellationToken) == 0) throw new IOException("git ended");
            if (one[0] == '\n') return Encoding.ASCII.GetString([.. line]);
            line.Add(one[0]);
        }
        throw new IOException("git answered with something else");
    }

    private void Stop()
    {
        if (_process is null) return;
        Git.Kill(_process);
        _process.Dispose();
        _process = null;
    }
}
