using Sentinel.Data.Scans;
using Sentinel.Scanning;

namespace Sentinel.Worker.Scans;

/// <summary>What the analysis of a commit gave, whether every file was looked at or only what changed.</summary>
internal sealed record ScanOutcome
{
    /// <summary>Findings outside <see cref="Carried"/>; the figures are the whole tree's.</summary>
    public required ScanReport Report { get; init; }

    /// <summary>Hashes of the contents by path: of the whole tree, or of all places of findings outside <see cref="Carried"/>.</summary>
    public required IReadOnlyDictionary<string, string> Blobs { get; init; }

    /// <summary>A path that is not in <see cref="Blobs"/> is no file of the tree.</summary>
    public required bool ListingComplete { get; init; }

    /// <summary>Number of skipped files; the report may name fewer.</summary>
    public required int SkippedTotal { get; init; }

    /// <summary>What the next scan of the ref may go on from; null when it has to look at everything.</summary>
    public required BaselineChange? Baseline { get; init; }

    /// <summary>Null when every file was looked at.</summary>
    public CarriedFindings? Carried { get; init; }

    /// <summary>Whose results these are when another tool made them: nothing is said about what others report. Null for a scan of Sentinel's own.</summary>
    public IReadOnlyList<string>? Importers { get; init; }
}

/// <summary>The findings that a scan did not read because nothing about them changed.</summary>
/// <param name="ScanId">The scan that saw them last; its id on the ref's baseline guards against another scan in between.</param>
/// <param name="CommitSha">The commit that it looked at.</param>
/// <param name="Except">Fingerprints of all findings that were looked at: every other one that the scan saw is carried over.</param>
internal sealed record CarriedFindings(Guid ScanId, string CommitSha, IReadOnlyCollection<string> Except);

/// <summary>How a scan changes what is kept for the next.</summary>
/// <param name="Figures">Commit, basis and counts; written under the scan's own id.</param>
/// <param name="Looked">Paths whose gaps are replaced; null for all.</param>
/// <param name="Gaps">The gaps at these paths now.</param>
internal sealed record BaselineChange(BaselineFigures Figures, IReadOnlyCollection<string>? Looked, IReadOnlyList<Gap> Gaps);

/// <inheritdoc cref="ScanBaseline"/>
internal sealed record BaselineFigures(string CommitSha, string Basis, int Files, long Bytes, int Skipped, IReadOnlyList<PluginCoverage> Plugins);

/// <inheritdoc cref="ScanGap"/>
internal sealed record Gap(string Path, string PluginId, string BlobSha, long Length, string Reason)
{
    public bool Retry => Reason is SkipReason.Timeout or SkipReason.Unreadable or ScanGap.PluginError;
}
