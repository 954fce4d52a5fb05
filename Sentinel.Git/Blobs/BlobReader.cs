using System.Collections.Concurrent;

namespace Sentinel.Git.Blobs;

/// <summary>
/// Reads many contents at once, each through one of several <c>git cat-file --batch</c>, straight into memory. A content that is damaged,
/// missing, or went away while the repository was rewritten is one fault; the next is read by a new process.
/// </summary>
public sealed class BlobReader : IAsyncDisposable
{
    private readonly GitRunner _git;
    private readonly GitLimits _limits;
    private readonly SemaphoreSlim _free;
    private readonly ConcurrentBag<BlobBatch> _idle = [];

    /// <summary>A reader of one repository.</summary>
    /// <param name="processes">Most git processes at once, 1 or more; each is started when it is first needed.</param>
    public BlobReader(GitRunner git, int processes, GitLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(processes, 1);
        (_git, _limits) = (git, limits);
        _free = new SemaphoreSlim(processes, processes);
        for (var i = 0; i < processes; i++) _idle.Add(new BlobBatch(git, limits));
    }

    /// <summary>One content; waits while all processes are busy.</summary>
    /// <param name="blobId">Full hash.</param>
    /// <exception cref="UnreadableBlobException">Not there, no blob, damaged, or larger than <see cref="GitLimits.MaxBlobBytes"/>.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(string blobId, CancellationToken cancellationToken)
    {
        if (!CommitId.IsValid(blobId)) throw new UnreadableBlobException(blobId, "its name is not a full hash");

        return await UseAsync(batch => batch.ReadAsync(blobId, cancellationToken), cancellationToken);
    }

    /// <summary>The lengths in bytes, in the order of the hashes; null where git has no such content or cannot read it.</summary>
    /// <param name="blobIds">Full hashes.</param>
    /// <exception cref="GitException">git ended early, or took longer than the limit.</exception>
    public async Task<long?[]> LengthsAsync(IReadOnlyList<string> blobIds, CancellationToken cancellationToken)
    {
        // A few are asked of the process that reads them next; many are worth one that buffers its answers.
        if (blobIds.Count is 0 or > BlobBatch.MaxLengths || !blobIds.All(CommitId.IsValid) || !await GitVersion.HasBatchCommandAsync(_git))
            return await BlobSizes.ReadAsync(_git, blobIds, isPartial: false, _limits, cancellationToken);
        return await UseAsync(batch => batch.LengthsAsync(blobIds, cancellationToken), cancellationToken);
    }

    private async ValueTask<T> UseAsync<T>(Func<BlobBatch, ValueTask<T>> use, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            _idle.TryTake(out var batch);
            try
            {
                return await use(batch!);
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
