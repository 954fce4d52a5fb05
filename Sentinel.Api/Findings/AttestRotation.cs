using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts.Findings;
using Sentinel.Data;
using Sentinel.Data.Findings;
using SecretExposure = Sentinel.Data.Exposure.SecretExposure;

namespace Sentinel.Api.Findings;

/// <summary><c>POST /api/v1/findings/{id}/attest-rotation</c>: a person says that the value opens nothing any more.</summary>
internal static class AttestRotation
{
    public static async Task<Results<Ok<FindingDetail>, ValidationProblem, ProblemHttpResult>> Handle(
        Guid id, AttestRotationRequest request, CurrentUser user, SentinelDbContext db, AuditTrail audit, FindingDecisions decisions,
        TimeProvider time, CancellationToken cancellationToken)
    {
        if (FindingDecision.JustificationFault(request.Note) is { } fault) return ProblemTypes.Invalid("note", fault);
        return await decisions.ChangeAsync(db, id, async finding =>
        {
            if (finding.Category is not FindingCategory.Secret) return "Only a secret can be rotated.";
            if (finding.State is not (FindingState.Open or FindingState.Reopened or FindingState.Removed))
                return $"A finding that is {finding.State} needs no rotation.";
            var now = time.GetUtcNow();
            var note = request.Note.Trim();
            (await OfAsync(db, finding, now, cancellationToken)).Rotate(RotationProof.Attested, user.Login, note, now);
            var from = finding.State;
            (finding.State, finding.ClosedAt) = (FindingState.Fixed, now);
            decisions.Record(db, finding, FindingEventKind.Fixed, from, user.Login, $"Rotated: {note}");
            audit.Add(user.Login, "finding.rotation-attested", "finding", id.ToString());
            return null;
        }, cancellationToken);
    }

    // The finding's row is locked by now, so nobody else can be adding the exposure's.
    private static async Task<SecretExposure> OfAsync(
        SentinelDbContext db, Data.Findings.Finding finding, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await db.SecretExposures.SingleOrDefaultAsync(row => row.FindingId == finding.Id, cancellationToken) is { } known) return known;
        var exposure = new SecretExposure { FindingId = finding.Id, RepositoryId = finding.RepositoryId, UpdatedAt = now };
        db.SecretExposures.Add(exposure);
        return exposure;
    }
}
