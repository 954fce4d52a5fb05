using Sentinel.Contracts.Scans;

namespace Sentinel.Contracts.Repositories;

/// <summary>Number of open findings per severity.</summary>
public sealed record SeverityCounts(int Critical, int High, int Medium, int Low, int Info)
{
    /// <summary>Sum over all severities.</summary>
    public int Total => Critical + High + Medium + Low + Info;
}

/// <summary>A row of the repository list.</summary>
/// <param name="LastScan">Null when it has never been scanned.</param>
public sealed record RepositorySummary(
    Guid Id, string FullName, string CloneUrl, string? DefaultBranch, bool Private, bool Archived,
    SeverityCounts Open, ScanSummary? LastScan);

/// <summary>A repository with its latest scans, newest first, at most 20.</summary>
public sealed record RepositoryDetail(RepositorySummary Summary, IReadOnlyList<ScanSummary> Scans);
