using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Findings;
using Sentinel.Data;
using Sentinel.Data.Findings;
using Sentinel.ServiceDefaults.Requests;
using FindingEvent = Sentinel.Data.Findings.FindingEvent;
using SecretExposure = Sentinel.Data.Exposure.SecretExposure;

namespace Sentinel.Worker.Liveness;

/// <inheritdoc/>
internal sealed class SecretRotationProof(TimeProvider time) : ISecretRotation
{
    public async Task ProveDeadAsync(SentinelDbContext database, Finding finding, string evidence, CancellationToken cancellationToken)
    {
        if (finding.State is not (FindingState.Open or FindingState.Reopened or FindingState.Removed)) return;
        var now = time.GetUtcNow();
        var exposure = await ExposureOf(database, finding, cancellationToken);
        if (exposure is null) database.SecretExposures.Add(exposure = new SecretExposure { FindingId = finding.Id, RepositoryId = finding.RepositoryId, UpdatedAt = now });
        exposure.Rotate(RotationProof.RefusedByProvider, null, evidence, now);
        Change(database, finding, FindingState.Fixed, FindingEventKind.Fixed, evidence, now);
        finding.ClosedAt = now;
    }

    public async Task ProveLiveAsync(SentinelDbContext database, Finding finding, string evidence, CancellationToken cancellationToken)
    {
        if (finding.State is not FindingState.Fixed || await ExposureOf(database, finding, cancellationToken) is not { Rotation: not null } exposure) return;
        var now = time.GetUtcNow();
        exposure.Unrotate(now);
        var present = await database.FindingInstances.AnyAsync(i => i.FindingId == finding.Id && i.Present, cancellationToken);
        Change(database, finding, present ? FindingState.Reopened : FindingState.Removed, FindingEventKind.Reopened, evidence, now);
        if (present) finding.ClosedAt = null;
    }

    private static Task<SecretExposure?> ExposureOf(SentinelDbContext database, Finding finding, CancellationToken cancellationToken) =>
        database.SecretExposures.SingleOrDefaultAsync(e => e.FindingId == finding.Id, cancellationToken);

    private static void Change(SentinelDbContext database, Finding finding, FindingState to, FindingEventKind kind, string evidence, DateTimeOffset now)
    {
        database.FindingEvents.Add(new FindingEvent
        {
            FindingId = finding.Id,
            RepositoryId = finding.RepositoryId,
            At = now,
            Kind = kind,
            FromState = finding.State,
            ToState = to,
            Cause = FindingCause.Liveness,
            RequestId = RequestIdContext.Current,
            Detail = evidence,
        });
        finding.State = to;
    }
}
