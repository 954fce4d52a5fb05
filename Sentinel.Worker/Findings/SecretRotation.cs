using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Live;
using Sentinel.Data;
using Sentinel.Data.Queue;
using Sentinel.ServiceDefaults.Requests;
using FindingEntity = Sentinel.Data.Findings.Finding;
using FindingEventEntity = Sentinel.Data.Findings.FindingEvent;
using SecretExposure = Sentinel.Data.Exposure.SecretExposure;

namespace Sentinel.Worker.Findings;

/// <summary>What a provider's answer about a secret does to its finding.</summary>
internal sealed class SecretRotation(IDbContextFactory<SentinelDbContext> databases, IScanProgressBus bus, TimeProvider time)
{
    private const int MaxEvidence = 2000;

    /// <summary>The provider refuses the value: the finding is fixed and its clock stops. A dismissal stays what a person made it.</summary>
    /// <param name="evidence">What was asked and answered; never holds the value.</param>
    /// <returns>False when there is no such secret, or nothing was left to change.</returns>
    public Task<bool> ProveDeadAsync(Guid findingId, string evidence, CancellationToken cancellationToken) =>
        ChangeAsync(findingId, evidence, (_, finding, exposure, note, now) =>
        {
            // What a person attested and the provider confirms keeps its time.
            if (exposure.RotatedAt is null) exposure.Rotate(RotationProof.RefusedByProvider, null, note, now);
            if (finding.State is not (FindingState.Open or FindingState.Reopened or FindingState.Removed)) return null;
            (finding.State, finding.ClosedAt) = (FindingState.Fixed, now);
            return FindingEventKind.Fixed;
        }, cancellationToken);

    /// <summary>The provider accepts the value: a finding that was taken for rotated needs work again, and its clock never stopped.</summary>
    /// <param name="evidence">What was asked and answered; never holds the value.</param>
    /// <returns>False when there is no such secret, or nothing was left to change.</returns>
    public Task<bool> ProveLiveAsync(Guid findingId, string evidence, CancellationToken cancellationToken) =>
        ChangeAsync(findingId, evidence, (present, finding, exposure, _, now) =>
        {
            if (exposure.RotatedAt is null) return null;
            exposure.Unrotate(now);
            if (finding.State != FindingState.Fixed) return null;
            finding.State = present ? FindingState.Reopened : FindingState.Removed;
            finding.ClosedAt = present ? null : finding.ClosedAt;
            return FindingEventKind.Reopened;
        }, cancellationToken);

    private async Task<bool> ChangeAsync(
        Guid findingId, string evidence, Func<bool, FindingEntity, SecretExposure, string, DateTimeOffset, FindingEventKind?> change, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        // A person who decides at this moment waits for us, or we for them.
        var finding = await database.Findings.FromSql($"select * from findings where id = {findingId} for update").SingleOrDefaultAsync(cancellationToken);
        if (finding is not { Category: FindingCategory.Secret }) return false;

        var now = time.GetUtcNow();
        var exposure = await database.SecretExposures.SingleOrDefaultAsync(e => e.FindingId == findingId, cancellationToken);
        if (exposure is null) database.SecretExposures.Add(exposure = new SecretExposure { FindingId = findingId, RepositoryId = finding.RepositoryId, UpdatedAt = now });
        var present = await database.FindingInstances.AnyAsync(i => i.FindingId == findingId && i.Present, cancellationToken);
        var (from, rotatedAt, note) = (finding.State, exposure.RotatedAt, PostgresText.Clean(evidence, MaxEvidence));
        var kind = change(present, finding, exposure, note, now);
        if (kind is not null) database.FindingEvents.Add(EventOf(finding, kind.Value, from, note, now));
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (kind is not null) await bus.PublishAsync(new LiveEvent("findings.changed", now, finding.RepositoryId, null, findingId, null), cancellationToken);
        return kind is not null || exposure.RotatedAt != rotatedAt;
    }

    private static FindingEventEntity EventOf(FindingEntity finding, FindingEventKind kind, FindingState from, string note, DateTimeOffset now) => new()
    {
        FindingId = finding.Id,
        RepositoryId = finding.RepositoryId,
        At = now,
        Kind = kind,
        FromState = from,
        ToState = finding.State,
        Cause = FindingCause.Liveness,
        RequestId = RequestIdContext.Current,
        Detail = note,
    };
}
