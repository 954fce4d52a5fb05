using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Scans;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Scans;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.Api.Repositories;

/// <summary><c>POST /api/v1/repositories/{id}/history-scans</c>: reads the commits of all refs for secrets.</summary>
internal static class CreateHistoryScan
{
    public static async Task<Results<Accepted<ScanAccepted>, ProblemHttpResult>> Handle(
        Guid id, CurrentUser user, SentinelDbContext db, AuditTrail audit, ScanDispatch dispatch, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await db.Repositories.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } repository)
            return ProblemTypes.Missing("repository");
        // One at a time: a second one could only read the same commits.
        if (await db.Scans.AsNoTracking().FirstOrDefaultAsync(row => row.RepositoryId == id && row.Kind == ScanKind.History
            && (row.Status == ScanStatus.Queued || row.Status == ScanStatus.Running), cancellationToken) is { } active)
        {
            return Answer(active);
        }

        var scan = new Scan
        {
            RepositoryId = id,
            RequestId = RequestIdContext.Current ?? RequestIds.New(),
            TraceParent = System.Diagnostics.Activity.Current?.Id,
            Kind = ScanKind.History,
            Lane = ScanLane.Background,
            Ref = repository.DefaultBranch is { } branch ? $"refs/heads/{branch}" : "HEAD",
            QueuedAt = time.GetUtcNow(),
        };
        db.Scans.Add(scan);
        audit.Add(user.Login, "scan.requested", "scan", scan.Id.ToString(), new { url = repository.CloneUrl, scan.Kind });
        await db.SaveChangesAsync(cancellationToken);
        await dispatch.EnqueueAsync([scan.Id], cancellationToken);
        return Answer(scan);
    }

    private static Accepted<ScanAccepted> Answer(Scan scan) =>
        TypedResults.Accepted($"{ApiRoutes.Scans}/{scan.Id}", new ScanAccepted(scan.Id, scan.RepositoryId, scan.RequestId));
}
