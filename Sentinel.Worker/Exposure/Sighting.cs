using Sentinel.Git.History;
using Sentinel.Scanning;

namespace Sentinel.Worker.Exposure;

/// <summary>A secret in a content that a commit brought.</summary>
/// <param name="Finding">With the content's own path.</param>
/// <param name="PushedAt">When the push with the commit was received; null when no push that Sentinel saw brought it.</param>
internal sealed record Sighting(Finding Finding, HistoricBlob Blob, DateTimeOffset? PushedAt);

/// <summary>What looking through commits gave.</summary>
/// <param name="Sightings">In the order of the commits, parents before children, for each range that was read.</param>
/// <param name="Skipped">Contents and ranges that were not looked at.</param>
/// <param name="IsWhole">All commits that lead to the repository's refs were read to their end.</param>
internal sealed record HistoricReport(
    IReadOnlyList<Sighting> Sightings, IReadOnlyList<SkippedEntry> Skipped, bool IsComplete, bool IsWhole, int Blobs, long BytesRead, int CacheHits)
{
    public static HistoricReport Nothing { get; } = new([], [], IsComplete: true, IsWhole: false, 0, 0, 0);

    /// <summary>The report of a tree with what its commits added to it; the tree's files stay what was looked at.</summary>
    public ScanReport AddTo(ScanReport report) => report with
    {
        Files = report.Files + Skipped.Count,
        BytesRead = report.BytesRead + BytesRead,
        CacheHits = report.CacheHits + CacheHits,
        Skipped = [.. Skipped, .. report.Skipped],
        IsComplete = report.IsComplete && IsComplete,
    };
}
