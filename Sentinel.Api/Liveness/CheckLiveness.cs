using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Data;

namespace Sentinel.Api.Liveness;

/// <summary><c>POST /api/v1/findings/{id}/check-liveness</c>: makes a secret's check due now; a worker carries it out.</summary>
internal static class CheckLiveness
{
    public static async Task<Results<Accepted, ProblemHttpResult>> Handle(
        Guid id, CurrentUser user, SentinelDbContext db, AuditTrail audit, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await db.Findings.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } finding) return ProblemTypes.Missing("finding");
        if (await LivenessQueries.OfAsync(db, finding, cancellationToken) is not { Enabled: true } liveness)
            return ProblemTypes.Problem(
                StatusCodes.Status409Conflict, ProblemTypes.Conflict, "No provider that is switched on knows this kind of secret. An administrator can switch providers on under Liveness checks.");

        var now = time.GetUtcNow();
        audit.Add(user.Login, "finding.liveness-asked", "finding", id.ToString(), new { provider = liveness.ProviderId });
        await db.SaveChangesAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"""
            insert into secret_liveness (provider_id, fingerprint, next_check_at, undecided) values ({liveness.ProviderId}, {finding.Fingerprint}, {now}, 0)
            on conflict (provider_id, fingerprint) do update set next_check_at = excluded.next_check_at
            """, cancellationToken);
        return TypedResults.Accepted((string?)null);
    }
}
