using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Data;
using Sentinel.Data.Queue;

namespace Sentinel.Api.Scans;

/// <summary><c>POST /api/v1/scans/{id}/cancel</c>.</summary>
internal static class CancelScan
{
    public static async Task<Results<Accepted, ProblemHttpResult>> Handle(
        Guid id, CurrentUser user, SentinelDbContext db, IScanQueue queue, AuditTrail audit, CancellationToken cancellationToken)
    {
        if (!await db.Scans.AnyAsync(scan => scan.Id == id, cancellationToken)) return ProblemTypes.Missing("scan");
        if (!await queue.CancelAsync(id, cancellationToken))
            return ProblemTypes.Problem(StatusCodes.Status409Conflict, ProblemTypes.Conflict, "The scan has already ended.");
        audit.Add(user.Login, "scan.cancelled", "scan", id.ToString());
        await db.SaveChangesAsync(cancellationToken);
        return TypedResults.Accepted((string?)null);
    }
}
