using System.Collections.Concurrent;

namespace Sentinel.Git.Blobs;

/// <summary>
/// Reads many contents at once, each through one of several <c>git cat-file --batch</c>, straight into memory. A content that is damaged,
/// missing, or went away while the repository was rewritten is one fault; the next is read by a new process.
/// </summary>
public sealed class BlobReader : IAsyncDisposable
{
    private readonly SemaphoreSlim _free;
    private readonly ConcurrentBag<BlobBatch> _idle = [];

    /// <summary>A reader of one repository.</summary>
    /// <param name="processes">Most git processes at once, 1 or more; each is started when it is first needed.</param>
    public BlobReader(GitRunner git, int processes, GitLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(processes, 1);
        _free = new SemaphoreSlim(processes, processes);
        for (var i = 0; i < processes; i++) _idle.Add(new BlobBatch(git, limits));
    }

    /// <summary>One content; waits while all processes are busy.</summary>
    /// <param name="blobId">Full hash.</param>
    /// <exception cref="UnreadableBlobException">Not there, no blob, damaged, or larger than <see cref="GitLimits.MaxBlobBytes"/>.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(string blobId, CancellationToken cancellationToken)
    {
        if (!CommitId.IsValid(blobId)) throw new UnreadableBlobException(blobId, "its name is not a full hash");

        await _free.WaitAsync(cancellationToken);
        try
        {
            _idle.TryTake(out var batch);
            try
            {
                return await batch!.ReadAsync(blobId, cancellationToken);
            }
            finally
            {
                _idle.Add(batch!);
            }
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Ends the processes.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_idle.TryTake(out var batch)) await batch.DisposeAsync();
        _free.Dispose();
    }
}
