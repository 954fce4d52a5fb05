using Sentinel.Contracts.Scans;

namespace Sentinel.Contracts.Repositories;

/// <summary>Number of open findings per severity.</summary>
public sealed record SeverityCounts(int Critical, int High, int Medium, int Low, int Info)
{
    /// <summary>Sum over all severities.</summary>
    public int Total => Critical + High + Medium + Low + Info;
}

/// <summary>A row of the repository list.</summary>
/// <param name="LastScan">The newest scan, whatever its kind and state; null when there is none.</param>
/// <param name="Scanned">Whether a scan of its code has ended well once: until then, nothing open says nothing.</param>
public sealed record RepositorySummary(
    Guid Id, string FullName, string CloneUrl, string? DefaultBranch, bool Private, bool Archived,
    SeverityCounts Open, ScanSummary? LastScan, bool Scanned = false);

/// <summary>A repository with its latest scans, newest first, at most 20.</summary>
/// <param name="CodeScanning">Null when findings were never offered to GitHub code scanning.</param>
public sealed record RepositoryDetail(RepositorySummary Summary, IReadOnlyList<ScanSummary> Scans, CodeScanningStatus? CodeScanning = null);

/// <summary>What became of findings that were offered to GitHub code scanning. <see cref="Unavailable"/>: it is off, or the App may not write to it.</summary>
public enum CodeScanningState { Uploaded, Unavailable, Failed }

/// <summary>The last offer.</summary>
/// <param name="Results">Findings that were uploaded.</param>
/// <param name="LeftOut">Findings beyond GitHub's limits, the least severe.</param>
/// <param name="Detail">What is not as it should be, in plain words; null for nothing.</param>
public sealed record CodeScanningStatus(CodeScanningState State, DateTimeOffset At, string CommitSha, int Results, int LeftOut, string? Detail);
