using Sentinel.Scanning;

namespace Sentinel.Git.Blobs;

/// <summary>A tree's files, read from the repository's objects: nothing reaches the disk under its own name.</summary>
/// <param name="git">The repository.</param>
/// <param name="tree">What is in the tree.</param>
/// <param name="processes">Most git processes that read at once.</param>
public sealed class CommitFiles(GitRunner git, GitTree tree, GitLimits limits, int processes = 1) : IFileSource, IAsyncDisposable
{
    private readonly BlobReader _blobs = new(git, processes, limits);

    /// <inheritdoc/>
    public IReadOnlyList<FileEntry> Entries => tree.Entries;

    /// <inheritdoc/>
    public IReadOnlyList<SkippedEntry> Skipped => tree.Skipped;

    /// <inheritdoc/>
    public bool IsComplete => tree.IsComplete;

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(FileEntry entry, CancellationToken cancellationToken) => _blobs.ReadAsync(entry.BlobId!, cancellationToken);

    /// <summary>Ends the processes.</summary>
    public ValueTask DisposeAsync() => _blobs.DisposeAsync();
}
