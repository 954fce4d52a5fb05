using Sentinel.Git.Blobs;
using Sentinel.Scanning;

namespace Sentinel.Worker.Scans.Incremental;

/// <summary>A few files of a commit.</summary>
/// <param name="blobs">Null when nothing may be read: only what the cache has is told then, the rest is unreadable.</param>
internal sealed class ChangedFiles(IReadOnlyList<FileEntry> entries, IReadOnlyList<SkippedEntry> skipped, BlobReader? blobs) : IFileSource
{
    public IReadOnlyList<FileEntry> Entries => entries;

    public IReadOnlyList<SkippedEntry> Skipped => skipped;

    public bool IsComplete => true;

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(FileEntry entry, CancellationToken cancellationToken) =>
        blobs is null ? throw new IOException($"{entry.Path}: its analysis is not in the cache") : blobs.ReadAsync(entry.BlobId!, cancellationToken);
}
