using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Findings;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.Data.Findings;

/// <summary>
/// What a person's decision does to a finding, wherever it was made: on the dashboard or in a comment. Everything here joins the caller's
/// transaction.
/// </summary>
public static class FindingDecision
{
    /// <summary>Longest justification, in UTF-16 units.</summary>
    public const int MaxJustification = 2000;

    /// <summary>What is wrong with a justification, for people; null when nothing is.</summary>
    public static string? JustificationFault(string? text) => text?.Trim() switch
    {
        null or "" => "Say why, in 1 to 2,000 characters.",
        { Length: > MaxJustification } => "The justification is longer than 2,000 characters.",
        var value when value.Contains('\0', StringComparison.Ordinal) => "The justification holds a NUL character.",
        _ => null,
    };

    /// <summary>
    /// The finding, locked to the end of the caller's transaction; null when there is none. A worker that closes it at this moment waits
    /// for us, or we for it: neither overwrites the other.
    /// </summary>
    public static Task<Finding?> LockAsync(SentinelDbContext database, Guid id, CancellationToken cancellationToken) =>
        database.Findings.FromSql($"select * from findings where id = {id} for update").SingleOrDefaultAsync(cancellationToken);

    /// <summary>A person says why a locked finding needs no work.</summary>
    /// <param name="justification">Sound by <see cref="JustificationFault"/>.</param>
    /// <param name="expiresAt">When it comes back; null for never.</param>
    /// <param name="place">Where it was decided, for the history, as in <c>in a comment of pull request 7</c>; null for the dashboard.</param>
    /// <returns>Why it cannot be, for people; null when it is done.</returns>
    public static string? Dismiss(
        SentinelDbContext database, Finding finding, DismissReason reason, string justification, DateTimeOffset? expiresAt, string actor, DateTimeOffset now, string? place = null)
    {
        if (finding.State is not (FindingState.Open or FindingState.Reopened or FindingState.Removed)) return $"A finding that is {finding.State} cannot be dismissed.";
        var from = finding.State;
        finding.State = FindingState.Dismissed;
        finding.DismissReason = reason;
        finding.DismissJustification = justification.Trim();
        finding.DismissedBy = actor;
        finding.DismissedAt = now;
        finding.DismissExpiresAt = expiresAt?.ToUniversalTime();
        finding.ClosedAt = now;
        Record(database, finding, FindingEventKind.Dismissed, from, actor, $"{reason}{(place is null ? "" : $" {place}")}: {finding.DismissJustification}", now);
        return null;
    }

    /// <summary>Writes the history of a locked finding whose state is the new one.</summary>
    public static void Record(
        SentinelDbContext database, Finding finding, FindingEventKind kind, FindingState from, string actor, string detail, DateTimeOffset now, FindingCause cause = FindingCause.Person) =>
        database.FindingEvents.Add(new FindingEvent
        {
            FindingId = finding.Id,
            RepositoryId = finding.RepositoryId,
            At = now,
            Kind = kind,
            FromState = from,
            ToState = finding.State,
            Cause = cause,
            RequestId = RequestIdContext.Current,
            Actor = actor,
            Detail = detail,
        });
}
