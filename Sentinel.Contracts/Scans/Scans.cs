namespace Sentinel.Contracts.Scans;

/// <summary>
/// What asked for a scan. <see cref="History"/> reads the commits of all refs, <see cref="Dropped"/> those of a ref that was deleted;
/// both look for secrets only.
/// </summary>
public enum ScanKind { Push, PullRequest, Manual, Rerun, Scheduled, History, Dropped, Heartbeat, Import }

/// <summary>Queue lane, most urgent first.</summary>
public enum ScanLane { Interactive, Push, Background }

/// <summary>Where a scan stands. <see cref="Partial"/> means finished, but something was not looked at.</summary>
public enum ScanStatus { Queued, Running, Succeeded, Partial, Failed, Superseded, Cancelled, DeadLettered }

/// <summary>What a running scan is doing.</summary>
public enum ScanPhase { Waiting, Fetch, List, Analyse, Match, Persist, Done }

/// <summary>A row of the scan list.</summary>
public sealed record ScanSummary(
    Guid Id, Guid RepositoryId, string RepositoryName, ScanKind Kind, ScanStatus Status, string Ref, string? CommitSha,
    int? PullRequestNumber, string RequestId, DateTimeOffset QueuedAt, DateTimeOffset? StartedAt, DateTimeOffset? CompletedAt,
    ScanPhase Phase, int FilesDone, int FilesTotal, int FilesSkipped, int FindingsOpened, int FindingsClosed, int FindingsTotal,
    string? ErrorCode, string? ErrorDetail);

/// <summary>A scan with what it did and what it did not look at.</summary>
/// <param name="Report">Null until the scan has finished once.</param>
public sealed record ScanDetail(
    ScanSummary Summary, ScanLane Lane, int Attempt, string? WorkerId, string? BaseSha, Guid? SupersededById,
    long BytesScanned, int CacheHits, string? RulePackHash, ScanReportDetail? Report);

/// <summary>The record of a finished scan.</summary>
/// <param name="IsComplete">False when a plug-in failed or a file could not be read: the result is then not "clean".</param>
/// <param name="Skipped">At most 1,000 entries; <paramref name="SkippedTotal"/> is the whole number.</param>
/// <param name="SinceCommit">The commit of an earlier scan that this one went on from, looking only at what changed; null when every file was looked at.</param>
/// <param name="Policy">What the repository's policy did; null when the scan was not of the default branch, or there is no policy.</param>
public sealed record ScanReportDetail(
    bool IsComplete, IReadOnlyList<PhaseTiming> Phases, IReadOnlyList<PluginRunSummary> Plugins,
    IReadOnlyList<SkippedFile> Skipped, int SkippedTotal, string? SinceCommit = null, PolicyReport? Policy = null);

/// <summary>What a repository's policy did in one scan.</summary>
/// <param name="Path">The file.</param>
/// <param name="Errors">At most 51. When there are any the policy changed nothing.</param>
/// <param name="Dismissed">Findings that do not count because of it.</param>
/// <param name="Notes">Sentences about suppressions that have no effect.</param>
public sealed record PolicyReport(string Path, IReadOnlyList<PolicyFault> Errors, int Dismissed, IReadOnlyList<string> Notes);

/// <summary>An error in a policy file.</summary>
/// <param name="Line">1-based.</param>
/// <param name="Column">1-based.</param>
/// <param name="Message">What is wrong; it may quote the file.</param>
/// <param name="Remedy">What to write instead.</param>
public sealed record PolicyFault(int Line, int Column, string Message, string Remedy);

/// <summary>When a phase began and how long it took.</summary>
public sealed record PhaseTiming(ScanPhase Phase, DateTimeOffset StartedAt, double Milliseconds);

/// <summary>How a plug-in fared in one scan.</summary>
/// <param name="Status">Succeeded, Partial, Failed or Skipped.</param>
public sealed record PluginRunSummary(string PluginId, int Version, string Status, int Files, int Findings, string? Detail);

/// <summary>A file that was not analysed, or commits that were not read.</summary>
/// <param name="Reason">Stable code: binary, too-large, symlink, submodule, lfs-pointer, timeout, unreadable, not-served, limit.</param>
public sealed record SkippedFile(string Path, long Length, string Reason);

/// <summary>Body of <c>POST /api/v1/scans</c>.</summary>
/// <param name="Url">An https git URL; local paths and plain http only in Development.</param>
/// <param name="Ref">Branch, tag or commit; the remote's HEAD when null.</param>
public sealed record CreateScanRequest(string Url, string? Ref);

/// <summary>Answer to an accepted scan.</summary>
public sealed record ScanAccepted(Guid ScanId, Guid RepositoryId, string RequestId);

/// <summary>One step of a running scan, as published by the worker.</summary>
/// <param name="FilesTotal">Zero until the tree has been listed.</param>
public sealed record ScanProgress(
    Guid ScanId, Guid RepositoryId, string RequestId, ScanStatus Status, ScanPhase Phase, int FilesDone, int FilesTotal,
    int FilesSkipped, DateTimeOffset At);

/// <summary>Answer to accepted results of other tools: a scan puts them to the commit.</summary>
public sealed record ImportAccepted(Guid ScanId, Guid RepositoryId, string RequestId, IReadOnlyList<ImportedTool> Tools);

/// <summary>What was read of one tool's results.</summary>
/// <param name="Version">Null when the tool names none.</param>
/// <param name="Reporter">The name under which they are kept; a later import under it replaces them.</param>
/// <param name="Results">That count as findings.</param>
/// <param name="Ignored">That say that something is in order, or that the tool suppresses.</param>
/// <param name="Placeless">That name no file, and cannot be findings.</param>
public sealed record ImportedTool(string Tool, string? Version, string Reporter, int Results, int Ignored, int Placeless);
