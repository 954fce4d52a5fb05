using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Security;
using Sentinel.Contracts.Requests;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Deliveries;
using Sentinel.Data.Outbox;

namespace Sentinel.Api.Requests;

/// <summary>Collects what the tables remember of a request ID. Each source is bounded: an id can be sent again and again.</summary>
internal static class Journeys
{
    private const int MaxEach = 200;

    public static async Task<RequestJourney?> LoadAsync(SentinelDbContext db, CurrentUser user, string requestId, CancellationToken cancellationToken)
    {
        var steps = new List<JourneyStep>();
        steps.AddRange(await DeliveriesAsync(db, requestId, cancellationToken));
        steps.AddRange(await AuditAsync(db, user, requestId, cancellationToken));
        steps.AddRange(await ScansAsync(db, requestId, cancellationToken));
        steps.AddRange(await FindingsAsync(db, requestId, cancellationToken));
        steps.AddRange(await OutboxAsync(db, requestId, cancellationToken));
        steps.AddRange(await ExplanationsAsync(db, requestId, cancellationToken));
        if (steps.Count == 0) return null;
        // Stable: what happened at the same instant stays in the order cause before effect in which it was collected.
        JourneyStep[] ordered = [.. steps.OrderBy(step => step.At)];
        var goesOn = ordered.Any(step => step.Milliseconds is null);
        return new RequestJourney(
            requestId, ordered[0].At, goesOn ? null : ordered.Max(step => step.At.AddMilliseconds(step.Milliseconds ?? 0)), ordered);
    }

    private static async Task<IEnumerable<JourneyStep>> DeliveriesAsync(SentinelDbContext db, string requestId, CancellationToken cancellationToken) =>
        (await db.Deliveries.AsNoTracking().Where(row => row.RequestId == requestId).OrderBy(row => row.Id).Take(MaxEach)
            .Select(row => new { row.Event, row.Action, row.DeliveryId, row.ReceivedAt, row.Outcome, row.Detail })
            .ToListAsync(cancellationToken))
        .Select(row => new JourneyStep(
            "delivery", "api", $"GitHub sent {row.Event}{(row.Action is null ? "" : $" ({row.Action})")}",
            $"{row.Outcome}. {row.Detail} Delivery {row.DeliveryId}.", row.ReceivedAt, 0, row.Outcome == DeliveryOutcome.Failed, null));

    // The log itself is for administrators; others are shown what they did themselves.
    private static async Task<IEnumerable<JourneyStep>> AuditAsync(SentinelDbContext db, CurrentUser user, string requestId, CancellationToken cancellationToken) =>
        (await db.AuditLog.AsNoTracking().Where(row => row.RequestId == requestId && (db.View.SeesAll || row.Actor == user.Login)).OrderBy(row => row.Id).Take(MaxEach).ToListAsync(cancellationToken))
        .Select(row => new JourneyStep("audit", "api", $"{row.Actor}: {row.Action}", $"{row.SubjectType} {row.SubjectId}", row.At, 0, false, null));

    private static async Task<IEnumerable<JourneyStep>> ScansAsync(SentinelDbContext db, string requestId, CancellationToken cancellationToken)
    {
        var rows = await (
            from scan in db.Scans.AsNoTracking()
            join repository in db.Repositories on scan.RepositoryId equals repository.Id
            where scan.RequestId == requestId
            orderby scan.Id
            select new { Scan = scan, repository.FullName }).Take(MaxEach).ToListAsync(cancellationToken);
        return rows.SelectMany(row => ScanSteps(row.Scan, row.FullName));
    }

    private static IEnumerable<JourneyStep> ScanSteps(Data.Scans.Scan scan, string repository)
    {
        var link = $"/scans/{scan.Id}";
        var leftQueue = scan.StartedAt ?? scan.CompletedAt;
        yield return new JourneyStep(
            "queue", "api", $"Queued in the {scan.Lane} lane", $"{repository} {scan.Ref}", scan.QueuedAt, Span(scan.QueuedAt, leftQueue), false, link);
        if (scan.StartedAt is { } started)
        {
            var failed = scan.Status is ScanStatus.Failed or ScanStatus.DeadLettered;
            yield return new JourneyStep(
                "scan", "worker", $"Scan of {repository}: {scan.Status}",
                scan.ErrorDetail ?? $"{scan.FindingsOpened} opened, {scan.FindingsClosed} closed, {scan.FilesSkipped} files skipped, attempt {scan.Attempt}",
                started, Span(started, scan.CompletedAt), failed, link);
        }

        foreach (var phase in scan.Report?.Phases ?? [])
            yield return new JourneyStep("phase", "worker", phase.Phase.ToString(), null, phase.StartedAt, phase.Milliseconds, false, link);
    }

    private static async Task<IEnumerable<JourneyStep>> FindingsAsync(SentinelDbContext db, string requestId, CancellationToken cancellationToken)
    {
        var rows = await (
            from item in db.FindingEvents.AsNoTracking()
            join finding in db.Findings on item.FindingId equals finding.Id
            where item.RequestId == requestId
            orderby item.Id
            select new { Event = item, finding.Title, finding.Severity, finding.Path, finding.StartLine }).Take(MaxEach).ToListAsync(cancellationToken);
        return rows.Select(row => new JourneyStep(
            "finding", row.Event.Actor is null ? "worker" : "api", $"{row.Event.Kind}: {row.Title}",
            $"{row.Severity}, {row.Path}:{row.StartLine}, cause {row.Event.Cause}", row.Event.At, 0, false, $"/findings/{row.Event.FindingId}"));
    }

    private static async Task<IEnumerable<JourneyStep>> OutboxAsync(SentinelDbContext db, string requestId, CancellationToken cancellationToken) =>
        (await db.Outbox.AsNoTracking().Where(row => row.RequestId == requestId && row.Status != OutboxStatus.Done || row.RequestId == requestId && row.Attempts > 0)
            .OrderBy(row => row.Id).Take(MaxEach).ToListAsync(cancellationToken))
        .Select(row => new JourneyStep(
            "outbox", "worker", row.Kind, row.LastError ?? $"{row.Status} after {row.Attempts} attempts", row.CreatedAt,
            row.Status == OutboxStatus.Pending ? null : Span(row.CreatedAt, row.ProcessedAt) ?? 0, row.Status == OutboxStatus.DeadLettered, null));

    private static async Task<IEnumerable<JourneyStep>> ExplanationsAsync(SentinelDbContext db, string requestId, CancellationToken cancellationToken) =>
        (await db.Explanations.AsNoTracking().Where(row => row.RequestId == requestId).OrderBy(row => row.Id).Take(MaxEach)
            .Select(row => new { row.FindingId, row.Status, row.Source, row.Model, row.Reason, row.CreatedAt, row.CompletedAt, row.InputTokens, row.OutputTokens })
            .ToListAsync(cancellationToken))
        .Select(row => new JourneyStep(
            "explanation", "ai-service", row.Model is null ? $"{row.Source}: {row.Status}" : $"{row.Model}: {row.Status}",
            row.Reason ?? $"{row.InputTokens} tokens in, {row.OutputTokens} out", row.CreatedAt, Span(row.CreatedAt, row.CompletedAt),
            row.Status == Contracts.Findings.ExplanationStatus.Failed, $"/findings/{row.FindingId}"));

    private static double? Span(DateTimeOffset from, DateTimeOffset? to) => to is { } end ? Math.Max(0, (end - from).TotalMilliseconds) : null;
}
