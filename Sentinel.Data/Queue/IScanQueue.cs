using Sentinel.Contracts.Operations;
using Sentinel.Contracts.Scans;

namespace Sentinel.Data.Queue;

/// <summary>A scan in a worker's hands.</summary>
/// <param name="Token">Fencing token: writes of the scan's result succeed only while the row still carries it.</param>
/// <param name="Attempt">1 for the first time a worker takes the scan.</param>
public sealed record ScanLease(Guid ScanId, Guid RepositoryId, Guid Token, string RequestId, string? TraceParent, int Attempt, DateTimeOffset LeaseUntil);

/// <summary>
/// The scan queue. Postgres holds the truth (status, attempt, lease); Redis only orders and wakes. Any operation may be repeated,
/// and losing Redis loses nothing: the reconciler puts back what Postgres says is queued.
/// </summary>
public interface IScanQueue
{
    /// <summary>
    /// Announces scans that are already committed as <see cref="ScanStatus.Queued"/>. Older queued scans of the same repository and
    /// ref become <see cref="ScanStatus.Superseded"/>; a running scan of an older pull request head is asked to stop. Never
    /// throws because Redis is away: the reconciler will find the rows.
    /// </summary>
    Task EnqueueAsync(IReadOnlyCollection<Guid> scanIds, CancellationToken cancellationToken);

    /// <summary>Takes the most urgent scan, waiting up to <paramref name="wait"/>; null when there was none.</summary>
    Task<ScanLease?> LeaseAsync(string workerId, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>Prolongs a lease; null when it was lost (expired and taken over, cancelled, or superseded): stop at once.</summary>
    Task<ScanLease?> RenewAsync(ScanLease lease, CancellationToken cancellationToken);

    /// <summary>
    /// Ends a scan in one transaction: runs <paramref name="write"/> with the locked row, then stores the status it set. False, and
    /// nothing written, when the lease was lost.
    /// </summary>
    Task<bool> CompleteAsync(ScanLease lease, Func<SentinelDbContext, Scans.Scan, CancellationToken, Task> write, CancellationToken cancellationToken);

    /// <summary>Puts a scan back after a transient fault; false when the lease was lost.</summary>
    Task<bool> RetryAsync(ScanLease lease, TimeSpan delay, string errorCode, string detail, CancellationToken cancellationToken);

    /// <summary>Gives a scan back untouched (shut-down): the attempt does not count.</summary>
    Task<bool> ReleaseAsync(ScanLease lease, CancellationToken cancellationToken);

    /// <summary>As <see cref="ReleaseAsync(ScanLease, CancellationToken)"/>, and lets others go first for a while: a long scan makes room.</summary>
    Task<bool> ReleaseAsync(ScanLease lease, TimeSpan delay, CancellationToken cancellationToken);

    /// <summary>Gives a scan up, visible and re-runnable; false when the lease was lost.</summary>
    Task<bool> DeadLetterAsync(ScanLease lease, string errorCode, string detail, CancellationToken cancellationToken);

    /// <summary>Cancels a queued or running scan; false when it had already ended.</summary>
    Task<bool> CancelAsync(Guid scanId, CancellationToken cancellationToken);

    /// <summary>Queues a failed, dead-lettered or cancelled scan again with a fresh count of attempts; false in any other state.</summary>
    Task<bool> RequeueAsync(Guid scanId, CancellationToken cancellationToken);

    /// <summary>Depth and age of the lanes and the number of running scans, from Postgres.</summary>
    Task<QueueSnapshot> DepthAsync(CancellationToken cancellationToken);

    /// <summary>Scans that running workers are asked to stop, as they are announced.</summary>
    IAsyncEnumerable<Guid> CancellationsAsync(CancellationToken cancellationToken);
}
