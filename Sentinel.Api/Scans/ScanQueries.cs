using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;

namespace Sentinel.Api.Scans;

/// <summary>The one way a scan row becomes a list item; the report, which can be large, stays in the database.</summary>
internal static class ScanQueries
{
    /// <summary>Without the scans by which Sentinel tries its own detectors.</summary>
    public static IQueryable<Scan> OfRepositories(this IQueryable<Scan> scans) => scans.Where(scan => scan.RepositoryId != Repository.Heartbeat);

    /// <summary>Newest first: ids are made in the order of time.</summary>
    public static IQueryable<ScanSummary> Summaries(this IQueryable<Scan> scans, SentinelDbContext db) =>
        from scan in scans
        join repository in db.Repositories on scan.RepositoryId equals repository.Id
        orderby scan.Id descending
        select new ScanSummary(
            scan.Id, scan.RepositoryId, repository.FullName, scan.Kind, scan.Status, scan.Ref, scan.CommitSha,
            scan.PullRequestNumber, scan.RequestId, scan.QueuedAt, scan.StartedAt, scan.CompletedAt, scan.Phase, scan.FilesDone,
            scan.FilesTotal, scan.FilesSkipped, scan.FindingsOpened, scan.FindingsClosed, scan.FindingsTotal, scan.ErrorCode,
            scan.ErrorDetail);
}
