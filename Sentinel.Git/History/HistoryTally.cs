using Sentinel.Scanning;

namespace Sentinel.Git.History;

/// <summary>What a walk over a history has seen so far; filled in while it goes on.</summary>
public sealed class HistoryTally
{
    private const int MaxListed = 1000;

    private readonly List<SkippedEntry> _skipped = [];
    private readonly HashSet<string> _introduced = new(StringComparer.Ordinal);
    private readonly HashSet<string> _introducedNow = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _earlier = new(StringComparer.Ordinal);

    /// <summary>Commits walked.</summary>
    public int Commits { get; private set; }

    /// <summary>Distinct contents listed.</summary>
    public int Blobs { get; internal set; }

    /// <summary>Links and submodules that the commits brought; counted once for each commit that did.</summary>
    public int SkippedTotal { get; private set; }

    /// <summary>The first 1,000 of them.</summary>
    public IReadOnlyList<SkippedEntry> Skipped => _skipped;

    /// <summary>Whether the walk came to its end: false while it goes on, after a fault, and when <see cref="GitLimits.MaxBlobs"/> cut it.</summary>
    public bool IsComplete { get; internal set; }

    /// <summary>Whether <see cref="Earlier"/> is wanted. Default: no, for a whole history has none.</summary>
    public bool CollectEarlier { get; init; }

    /// <summary>
    /// Contents that were there before the range and that its commits replaced, removed or moved, with a path of each: what stands in
    /// them was not brought by the range.
    /// </summary>
    public IReadOnlyDictionary<string, string> Earlier => _earlier;

    internal void Begin()
    {
        Commits++;
        _introducedNow.Clear();
    }

    // In one commit a moved file may show as new before it shows as gone.
    internal void See(RawRecord record, string path)
    {
        if (!CollectEarlier) return;
        if (record.PreviousBlobId is { } previous && (!_introduced.Contains(previous) || _introducedNow.Contains(previous))) _earlier.TryAdd(previous, path);
        if (_introduced.Add(record.BlobId)) _introducedNow.Add(record.BlobId);
    }

    internal void Skip(string path, string reason)
    {
        SkippedTotal++;
        if (_skipped.Count < MaxListed) _skipped.Add(new SkippedEntry(path, 0, reason));
    }
}
