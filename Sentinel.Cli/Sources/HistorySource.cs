using System.Collections.Concurrent;
using Sentinel.Git;
using Sentinel.Git.Blobs;
using Sentinel.Scanning;

namespace Sentinel.Cli.Sources;

/// <summary>Contents of a repository by their hashes, whatever tree they stood in.</summary>
internal sealed class HistorySource : IFileSource, IAsyncDisposable
{
    private readonly BlobReader _blobs;
    private readonly ConcurrentDictionary<string, string> _unreadable = new(StringComparer.Ordinal);

    private HistorySource(BlobReader blobs, IReadOnlyList<FileEntry> entries, IReadOnlyList<SkippedEntry> skipped, bool isComplete) =>
        (_blobs, Entries, Skipped, IsComplete) = (blobs, entries, skipped, isComplete);

    public IReadOnlyList<FileEntry> Entries { get; }

    public IReadOnlyList<SkippedEntry> Skipped { get; }

    public bool IsComplete { get; }

    /// <summary>Contents that git could not hand out, with a path of each.</summary>
    public IReadOnlyDictionary<string, string> Unreadable => _unreadable;

    /// <summary>Asks for the lengths.</summary>
    /// <param name="contents">Hashes and paths.</param>
    /// <param name="skipped">What was left out before.</param>
    /// <param name="isComplete">Whether <paramref name="contents"/> names all there is.</param>
    public static async Task<HistorySource> OpenAsync(
        LocalRepository repository, IReadOnlyList<(string BlobId, string Path)> contents, IReadOnlyList<SkippedEntry> skipped, bool isComplete, int processes, GitLimits limits,
        CancellationToken cancellationToken)
    {
        var lengths = await BlobSizes.ReadAsync(repository.Git, [.. contents.Select(c => c.BlobId)], repository.IsPartial, limits, cancellationToken);
        var entries = new List<FileEntry>(contents.Count);
        var left = new List<SkippedEntry>(skipped);
        var unreadable = new List<(string BlobId, string Path)>();
        for (var i = 0; i < contents.Count; i++)
        {
            if (lengths[i] is { } length) entries.Add(new FileEntry(contents[i].Path, length, contents[i].BlobId));
            else unreadable.Add(contents[i]);
        }
        left.AddRange(unreadable.Select(u => new SkippedEntry(u.Path, 0, SkipReason.Unreadable)));
        var source = new HistorySource(new BlobReader(repository.Git, processes, limits), entries, left, isComplete);
        foreach (var (id, path) in unreadable) source._unreadable[id] = path;
        return source;
    }

    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(FileEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            return await _blobs.ReadAsync(entry.BlobId!, cancellationToken);
        }
        catch (UnreadableBlobException)
        {
            _unreadable[entry.BlobId!] = entry.Path;
            throw;
        }
    }

    public ValueTask DisposeAsync() => _blobs.DisposeAsync();
}
