using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts.Findings;
using Sentinel.Data;

namespace Sentinel.Api.Findings;

/// <summary><c>POST /api/v1/findings/{id}/reopen</c>: takes a dismissal back.</summary>
internal static class ReopenFinding
{
    public static async Task<Results<Ok<FindingDetail>, ValidationProblem, ProblemHttpResult>> Handle(
        Guid id, ReopenRequest request, CurrentUser user, SentinelDbContext db, AuditTrail audit, FindingDecisions decisions,
        CancellationToken cancellationToken)
    {
        if (FindingDecisions.JustificationFault(request.Justification) is { } fault) return ProblemTypes.Invalid("justification", fault);
        var present = await db.FindingInstances.AnyAsync(instance => instance.FindingId == id && instance.Present, cancellationToken);
        return await decisions.ChangeAsync(db, id, finding =>
        {
            if (finding.State is not FindingState.Dismissed) return $"Only a dismissed finding can be reopened; this one is {finding.State}.";
            decisions.Undismiss(db, finding, present, user.Login, request.Justification.Trim());
            audit.Add(user.Login, "finding.reopened", "finding", id.ToString());
            return null;
        }, cancellationToken);
    }
}
