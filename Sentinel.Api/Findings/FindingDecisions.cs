using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Live;
using Sentinel.Api.Problems;
using Sentinel.Contracts.Findings;
using Sentinel.Data;
using Sentinel.Data.Feedback;
using Sentinel.Data.Findings;
using Sentinel.ServiceDefaults.Requests;
using Finding = Sentinel.Data.Findings.Finding;

namespace Sentinel.Api.Findings;

/// <summary>Changes a finding by a person's decision: row locked, event written, open pages told after the commit.</summary>
internal sealed class FindingDecisions(LiveUpdates live, TimeProvider time)
{
    /// <summary>Runs <paramref name="change"/> on the locked row; a text it returns is a conflict and changes nothing.</summary>
    public Task<Results<Ok<FindingDetail>, ValidationProblem, ProblemHttpResult>> ChangeAsync(
        SentinelDbContext db, Guid id, Func<Finding, string?> change, CancellationToken cancellationToken) =>
        ChangeAsync(db, id, finding => Task.FromResult(change(finding)), cancellationToken);

    /// <inheritdoc cref="ChangeAsync(SentinelDbContext, Guid, Func{Finding, string}, CancellationToken)"/>
    public async Task<Results<Ok<FindingDetail>, ValidationProblem, ProblemHttpResult>> ChangeAsync(
        SentinelDbContext db, Guid id, Func<Finding, Task<string?>> change, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await FindingDecision.LockAsync(db, id, cancellationToken) is not { } finding) return ProblemTypes.Missing("finding");
        if (await change(finding) is { } conflict) return ProblemTypes.Problem(StatusCodes.Status409Conflict, ProblemTypes.Conflict, conflict);
        await db.SaveChangesAsync(cancellationToken);
        await FindingFeedback.WriteAsync(db, finding.RepositoryId, id, time.GetUtcNow(), RequestIdContext.Current, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await live.FindingChangedAsync(finding.RepositoryId, id);
        db.ChangeTracker.Clear();
        return TypedResults.Ok((await FindingDetails.LoadAsync(db, id, time.GetUtcNow(), cancellationToken))!);
    }

    /// <summary>Opens a dismissed finding again, or lets it rest as fixed when its code is gone meanwhile.</summary>
    public void Undismiss(SentinelDbContext db, Finding finding, bool present, string actor, string detail, FindingCause cause = FindingCause.Person)
    {
        finding.State = present ? FindingState.Reopened
            : finding.Category is FindingCategory.Secret ? FindingState.Removed
            : FindingState.Fixed;
        finding.DismissReason = null;
        finding.DismissJustification = null;
        finding.DismissedBy = null;
        finding.DismissedAt = null;
        finding.DismissExpiresAt = null;
        finding.ClosedAt = present ? null : finding.ClosedAt;
        Record(db, finding, FindingEventKind.Undismissed, FindingState.Dismissed, actor, detail, cause);
    }

    public void Record(SentinelDbContext db, Finding finding, FindingEventKind kind, FindingState from, string actor, string detail, FindingCause cause = FindingCause.Person) =>
        FindingDecision.Record(db, finding, kind, from, actor, detail, time.GetUtcNow(), cause);
}
