using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Contracts.Findings;
using Sentinel.Data;
using Sentinel.Data.Explanations;
using Explanation = Sentinel.Contracts.Findings.Explanation;

namespace Sentinel.Api.Explanations;

/// <summary>Explanations of a finding.</summary>
internal static class ExplanationsApi
{
    public static async Task<Results<Ok<Explanation>, ProblemHttpResult>> Get(
        Guid id, SentinelDbContext db, CancellationToken cancellationToken)
    {
        if (await ExplanationQueries.NewestAsync(db, id, cancellationToken) is { } explanation) return TypedResults.Ok(explanation);
        return await db.Findings.AnyAsync(finding => finding.Id == id, cancellationToken)
            ? ProblemTypes.Missing("explanation of this finding yet")
            : ProblemTypes.Missing("finding");
    }

    public static async Task<Results<Accepted<Explanation>, ProblemHttpResult>> Request(
        Guid id, CurrentUser user, SentinelDbContext db, AuditTrail audit, TimeProvider time, CancellationToken cancellationToken)
    {
        var repositoryId = await db.Findings.Where(finding => finding.Id == id).Select(finding => (Guid?)finding.RepositoryId)
            .SingleOrDefaultAsync(cancellationToken);
        if (repositoryId is null) return ProblemTypes.Missing("finding");
        if (await ExplanationRequests.WaitingAsync(db, id, cancellationToken) is { } waiting)
            return Answer(id, ExplanationQueries.Pending(waiting));

        var message = await ExplanationRequests.NewAsync(db, id, repositoryId.Value, time.GetUtcNow(), cancellationToken);
        db.Outbox.Add(message);
        audit.Add(user.Login, "explanation.requested", "finding", id.ToString());
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (DatabaseFaults.IsUniqueViolation(exception))
        {
            message = await db.Outbox.AsNoTracking().SingleAsync(item => item.IdempotencyKey == message.IdempotencyKey, cancellationToken);
        }

        return Answer(id, ExplanationQueries.Pending(message));
    }

    private static Accepted<Explanation> Answer(Guid id, Explanation explanation) =>
        TypedResults.Accepted($"{ApiRoutes.Findings}/{id}/explanation", explanation);
}
