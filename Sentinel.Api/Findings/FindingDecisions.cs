using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Live;
using Sentinel.Api.Problems;
using Sentinel.Contracts.Findings;
using Sentinel.Data;
using Sentinel.Data.Feedback;
using Sentinel.ServiceDefaults.Requests;
using Finding = Sentinel.Data.Findings.Finding;
using FindingEvent = Sentinel.Data.Findings.FindingEvent;

namespace Sentinel.Api.Findings;

/// <summary>Changes a finding by a person's decision: row locked, event written, open pages told after the commit.</summary>
internal sealed class FindingDecisions(LiveUpdates live, TimeProvider time)
{
    private const int MaxJustification = 2000;

    public static string? JustificationFault(string? text) => text?.Trim() switch
    {
        null or "" => "Say why, in 1 to 2,000 characters.",
        { Length: > MaxJustification } => "The justification is longer than 2,000 characters.",
        var value when value.Contains('\0', StringComparison.Ordinal) => "The justification holds a NUL character.",
        _ => null,
    };

    /// <summary>Runs <paramref name="change"/> on the locked row; a text it returns is a conflict and changes nothing.</summary>
    public Task<Results<Ok<FindingDetail>, ValidationProblem, ProblemHttpResult>> ChangeAsync(
        SentinelDbContext db, Guid id, Func<Finding, string?> change, CancellationToken cancellationToken) =>
        ChangeAsync(db, id, finding => Task.FromResult(change(finding)), cancellationToken);

    /// <inheritdoc cref="ChangeAsync(SentinelDbContext, Guid, Func{Finding, string}, CancellationToken)"/>
    public async Task<Results<Ok<FindingDetail>, ValidationProblem, ProblemHttpResult>> ChangeAsync(
        SentinelDbContext db, Guid id, Func<Finding, Task<string?>> change, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // A worker that closes the finding at this moment waits for us, or we for it: neither overwrites the other.
        if (await db.Findings.FromSql($"select * from findings where id = {id} for update").SingleOrDefaultAsync(cancellationToken) is not { } finding)
            return ProblemTypes.Missing("finding");
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
        db.FindingEvents.Add(new FindingEvent
        {
            FindingId = finding.Id,
            RepositoryId = finding.RepositoryId,
            At = time.GetUtcNow(),
            Kind = kind,
            FromState = from,
            ToState = finding.State,
            Cause = cause,
            RequestId = RequestIdContext.Current,
            Actor = actor,
            Detail = detail,
        });
}
