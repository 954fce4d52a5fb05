using Sentinel.Scanning;

namespace Sentinel.Git.History;

/// <summary>What a walk over a history has seen so far; filled in while it goes on.</summary>
public sealed class HistoryTally
{
    private const int MaxListed = 1000;

    private readonly List<SkippedEntry> _skipped = [];

    /// <summary>Commits walked.</summary>
    public int Commits { get; internal set; }

    /// <summary>Distinct contents listed.</summary>
    public int Blobs { get; internal set; }

    /// <summary>Links and submodules that the commits brought; counted once for each commit that did.</summary>
    public int SkippedTotal { get; private set; }

    /// <summary>The first 1,000 of them.</summary>
    public IReadOnlyList<SkippedEntry> Skipped => _skipped;

    /// <summary>Whether the walk came to its end: false while it goes on, after a fault, and when <see cref="GitLimits.MaxBlobs"/> cut it.</summary>
    public bool IsComplete { get; internal set; }

    internal void Skip(string path, string reason)
    {
        SkippedTotal++;
        if (_skipped.Count < MaxListed) _skipped.Add(new SkippedEntry(path, 0, reason));
    }
}
