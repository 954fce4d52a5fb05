using Sentinel.Contracts.Repositories;
using Sentinel.Contracts.Scans;

namespace Sentinel.Contracts.Overview;

/// <summary>The whole estate at a glance.</summary>
/// <param name="Trend">One point per day, oldest first, 30 days.</param>
/// <param name="LatestScans">Newest first, at most 10.</param>
/// <param name="CoverageGaps">Worst first, at most 20.</param>
public sealed record OverviewResponse(
    int Repositories, SeverityCounts Open, int OpenedLast7Days, int ClosedLast7Days, IReadOnlyList<TrendPoint> Trend,
    IReadOnlyList<ScanSummary> LatestScans, IReadOnlyList<CoverageGap> CoverageGaps);

/// <summary>Findings open at the end of a day (UTC), and what moved on that day.</summary>
public sealed record TrendPoint(DateOnly Day, int Open, int Opened, int Closed);

/// <summary>Something that Sentinel did not look at.</summary>
/// <param name="Kind">Stable code: never-scanned, last-scan-failed, files-skipped, plugin-failed, stale.</param>
public sealed record CoverageGap(Guid RepositoryId, string RepositoryName, string Kind, string Detail, Guid? ScanId);
