using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts.Findings;
using Sentinel.Data;
using Sentinel.Data.Findings;

namespace Sentinel.Api.Findings;

/// <summary><c>POST /api/v1/findings/{id}/reopen</c>: takes a dismissal, or an attested rotation, back.</summary>
internal static class ReopenFinding
{
    public static async Task<Results<Ok<FindingDetail>, ValidationProblem, ProblemHttpResult>> Handle(
        Guid id, ReopenRequest request, CurrentUser user, SentinelDbContext db, AuditTrail audit, FindingDecisions decisions,
        TimeProvider time, CancellationToken cancellationToken)
    {
        if (FindingDecision.JustificationFault(request.Justification) is { } fault) return ProblemTypes.Invalid("justification", fault);
        return await decisions.ChangeAsync(db, id, async finding =>
        {
            var present = await db.FindingInstances.AnyAsync(instance => instance.FindingId == id && instance.Present, cancellationToken);
            var attested = finding.State is FindingState.Fixed
                ? await db.SecretExposures.SingleOrDefaultAsync(row => row.FindingId == id && row.Rotation == RotationProof.Attested, cancellationToken)
                : null;
            if (attested is not null)
            {
                attested.Unrotate(time.GetUtcNow());
                finding.State = present ? FindingState.Reopened : FindingState.Removed;
                finding.ClosedAt = present ? null : finding.ClosedAt;
                decisions.Record(db, finding, FindingEventKind.Reopened, FindingState.Fixed, user.Login, request.Justification.Trim());
            }
            else if (finding.State is FindingState.Dismissed)
            {
                decisions.Undismiss(db, finding, present, user.Login, request.Justification.Trim());
            }
            else
            {
                return $"Only a dismissed finding or an attested rotation can be taken back; this one is {finding.State}.";
            }

            audit.Add(user.Login, "finding.reopened", "finding", id.ToString());
            return null;
        }, cancellationToken);
    }
}
