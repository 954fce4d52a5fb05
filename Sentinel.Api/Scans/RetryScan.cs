using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Queue;
using Sentinel.Data.Scans;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.Api.Scans;

/// <summary>
/// <c>POST /api/v1/scans/{id}/retry</c>. A scan that failed is queued again and is the same scan; one that has a result keeps
/// it, and its commit is scanned anew.
/// </summary>
internal static class RetryScan
{
    public static async Task<Results<Accepted<ScanAccepted>, ProblemHttpResult>> Handle(
        Guid id, CurrentUser user, SentinelDbContext db, AuditTrail audit, IScanQueue queue, ScanDispatch dispatch,
        TimeProvider time, CancellationToken cancellationToken)
    {
        if (await db.Scans.AsNoTracking().SingleOrDefaultAsync(scan => scan.Id == id, cancellationToken) is not { } old)
            return ProblemTypes.Missing("scan");
        if (old.Status is ScanStatus.Queued or ScanStatus.Running)
            return ProblemTypes.Problem(StatusCodes.Status409Conflict, ProblemTypes.Conflict, "The scan has not ended yet.");

        if (old.Status is ScanStatus.Failed or ScanStatus.DeadLettered or ScanStatus.Cancelled
            && await queue.RequeueAsync(id, cancellationToken))
        {
            audit.Add(user.Login, "scan.retried", "scan", id.ToString());
            await db.SaveChangesAsync(cancellationToken);
            return TypedResults.Accepted($"{ApiRoutes.Scans}/{id}", new ScanAccepted(id, old.RepositoryId, old.RequestId));
        }

        // Its results are findings by now, or gone; a scan of another kind would look at something else.
        if (old.Kind == ScanKind.Import)
            return ProblemTypes.Problem(StatusCodes.Status409Conflict, ProblemTypes.Conflict, "This scan put imported results to a commit, and they are not kept. Import the file again.");

        var scan = new Scan
        {
            RepositoryId = old.RepositoryId,
            RequestId = RequestIdContext.Current ?? RequestIds.New(),
            TraceParent = Activity.Current?.Id,
            // What these read is not the tree of a commit, so another kind would look at something else.
            Kind = old.Kind is ScanKind.History or ScanKind.Dropped ? old.Kind : ScanKind.Rerun,
            Lane = old.Kind is ScanKind.History ? ScanLane.Background : ScanLane.Interactive,
            Ref = old.Ref,
            CommitSha = old.CommitSha,
            BaseSha = old.BaseSha,
            BeforeSha = old.BeforeSha,
            PullRequestNumber = old.PullRequestNumber,
            QueuedAt = time.GetUtcNow(),
        };
        db.Scans.Add(scan);
        audit.Add(user.Login, "scan.retried", "scan", scan.Id.ToString(), new { of = old.Id });
        await db.SaveChangesAsync(cancellationToken);
        await dispatch.EnqueueAsync([scan.Id], cancellationToken);
        return TypedResults.Accepted($"{ApiRoutes.Scans}/{scan.Id}", new ScanAccepted(scan.Id, scan.RepositoryId, scan.RequestId));
    }
}
