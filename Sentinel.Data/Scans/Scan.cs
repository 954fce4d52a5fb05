using Sentinel.Contracts.Scans;

namespace Sentinel.Data.Scans;

/// <summary>One scan of one commit. This row is the truth; the Redis queue only says which worker looks next.</summary>
public sealed class Scan
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid RepositoryId { get; init; }

    public Guid? DeliveryId { get; init; }

    public required string RequestId { get; init; }

    public string? TraceParent { get; init; }

    public required ScanKind Kind { get; init; }

    public required ScanLane Lane { get; init; }

    /// <summary>Full ref name such as <c>refs/heads/main</c>, or <c>HEAD</c>.</summary>
    public required string Ref { get; set; }

    /// <summary>Null until the worker has resolved <see cref="Ref"/>.</summary>
    public string? CommitSha { get; set; }

    public string? BaseSha { get; init; }

    public string? BeforeSha { get; init; }

    public int? PullRequestNumber { get; init; }

    public ScanStatus Status { get; set; } = ScanStatus.Queued;

    public Guid? SupersededById { get; set; }

    /// <summary>How often a worker has taken the scan; 0 while it has never been leased.</summary>
    public int Attempt { get; set; }

    /// <summary>Not to be leased before this time (retry with back-off); null means at once.</summary>
    public DateTimeOffset? NotBefore { get; set; }

    /// <summary>Fencing token of the current lease: only its holder may write the result.</summary>
    public Guid? LeaseToken { get; set; }

    public DateTimeOffset? LeaseUntil { get; set; }

    public string? WorkerId { get; set; }

    public required DateTimeOffset QueuedAt { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? CompletedAt { get; set; }

    public string? ErrorCode { get; set; }

    public string? ErrorDetail { get; set; }

    public ScanPhase Phase { get; set; } = ScanPhase.Waiting;

    public int FilesDone { get; set; }

    public int FilesTotal { get; set; }

    public int FilesSkipped { get; set; }

    public long BytesScanned { get; set; }

    public int CacheHits { get; set; }

    public int FindingsOpened { get; set; }

    public int FindingsClosed { get; set; }

    public int FindingsTotal { get; set; }

    public string? RulePackHash { get; set; }

    /// <summary>What was done and what was not looked at; null until the scan has finished once.</summary>
    public ScanReportDetail? Report { get; set; }
}
