using System.Globalization;
using Sentinel.Git;
using Sentinel.Git.Blobs;
using Sentinel.Git.History;
using Sentinel.Scanning;

namespace Sentinel.Worker.Exposure;

/// <summary>Contents of many commits as if they were files of one tree: a number before each path tells versions of one file apart.</summary>
internal sealed class HistoricFiles : IFileSource
{
    private readonly IReadOnlyList<HistoricBlob> _blobs;
    private readonly BlobReader _reader;

    private HistoricFiles(IReadOnlyList<HistoricBlob> blobs, BlobReader reader, IReadOnlyList<FileEntry> entries, IReadOnlyList<SkippedEntry> skipped) =>
        (_blobs, _reader, Entries, Skipped) = (blobs, reader, entries, skipped);

    public IReadOnlyList<FileEntry> Entries { get; }

    public IReadOnlyList<SkippedEntry> Skipped { get; }

    public bool IsComplete => true;

    /// <summary>Asks for the lengths.</summary>
    public static async Task<HistoricFiles> OfAsync(
        IReadOnlyList<HistoricBlob> blobs, BlobReader reader, CancellationToken cancellationToken)
    {
        var lengths = await reader.LengthsAsync([.. blobs.Select(b => b.BlobId)], cancellationToken);
        var entries = new List<FileEntry>(blobs.Count);
        var skipped = new List<SkippedEntry>();
        for (var i = 0; i < blobs.Count; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{i}/{blobs[i].Path}");
            if (lengths[i] is { } length) entries.Add(new FileEntry(path, length, blobs[i].BlobId));
            else skipped.Add(new SkippedEntry(path, 0, SkipReason.Unreadable));
        }
        return new HistoricFiles(blobs, reader, entries, skipped);
    }

    /// <summary>The content behind a path of this source.</summary>
    public HistoricBlob BlobOf(string path) => _blobs[OrderOf(path)];

    /// <summary>Its place among the contents.</summary>
    public static int OrderOf(string path) => int.Parse(path.AsSpan(0, path.IndexOf('/', StringComparison.Ordinal)), CultureInfo.InvariantCulture);

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(FileEntry entry, CancellationToken cancellationToken) => _reader.ReadAsync(entry.BlobId!, cancellationToken);
}
