using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts.Findings;
using Sentinel.Data;
using Sentinel.Data.Findings;

namespace Sentinel.Api.Findings;

/// <summary><c>POST /api/v1/findings/{id}/dismiss</c>: a person says why this needs no work, and for how long.</summary>
internal static class DismissFinding
{
    public static async Task<Results<Ok<FindingDetail>, ValidationProblem, ProblemHttpResult>> Handle(
        Guid id, DismissRequest request, CurrentUser user, SentinelDbContext db, AuditTrail audit, FindingDecisions decisions,
        TimeProvider time, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (!Enum.IsDefined(request.Reason)) errors["reason"] = ["The reason is FalsePositive, AcceptedRisk or WontFix."];
        if (FindingDecision.JustificationFault(request.Justification) is { } fault) errors["justification"] = [fault];
        if (request.ExpiresAt <= time.GetUtcNow()) errors["expiresAt"] = ["The expiry lies in the past."];
        if (errors.Count > 0) return TypedResults.ValidationProblem(errors, type: ProblemTypes.Validation);

        return await decisions.ChangeAsync(db, id, finding =>
        {
            if (FindingDecision.Dismiss(db, finding, request.Reason, request.Justification, request.ExpiresAt, user.Login, time.GetUtcNow()) is { } conflict) return conflict;
            audit.Add(user.Login, "finding.dismissed", "finding", id.ToString(), new { request.Reason, request.ExpiresAt });
            return null;
        }, cancellationToken);
    }
}
