using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Heartbeats;
using Sentinel.Api.Scans;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Contracts.Operations;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Deliveries;
using Sentinel.Data.Outbox;
using Sentinel.Data.Queue;
using Sentinel.Data.Sweeps;

namespace Sentinel.Api.Operations;

/// <summary>How the installation is doing right now.</summary>
internal static class OperationsApi
{
    private const int MaxFailures = 50;

    private static readonly TimeSpan Window = TimeSpan.FromHours(24);

    public static RouteHandlerBuilder MapOperations(this IEndpointRouteBuilder routes) => routes
        .MapGet(ApiRoutes.Operations, Get)
        .WithTags("Operations").WithSummary("Get queue, workers, failures and latency")
        .RequireAuthorization(Policies.Viewer);

    private static async Task<Ok<OperationsSnapshot>> Get(
        SentinelDbContext db, IScanQueue queue, IWorkerRegistry workers, HeartbeatStatus heartbeat, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var since = now - Window;
        var failures = await db.Scans.AsNoTracking()
            .OfRepositories().Where(scan => scan.Status == ScanStatus.Failed || scan.Status == ScanStatus.DeadLettered)
            .OrderByDescending(scan => scan.Id).Take(MaxFailures).Summaries(db).ToListAsync(cancellationToken);
        var outbox = await db.Outbox.Where(message => message.Status != OutboxStatus.Done)
            .GroupBy(message => message.Status).Select(group => new { group.Key, Count = group.Count() })
            .ToDictionaryAsync(row => row.Key, row => row.Count, cancellationToken);
        return TypedResults.Ok(new OperationsSnapshot(
            now, await queue.DepthAsync(cancellationToken), await workers.ListAsync(cancellationToken), failures,
            await Latencies.SinceAsync(db, since, cancellationToken), await DeliveriesAsync(db, since, cancellationToken),
            outbox.GetValueOrDefault(OutboxStatus.Pending), outbox.GetValueOrDefault(OutboxStatus.DeadLettered),
            await heartbeat.LoadAsync(db, cancellationToken), await SweepsAsync(db, cancellationToken), await DeadLettersAsync(db, cancellationToken)));
    }

    private static async Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(SentinelDbContext db, CancellationToken cancellationToken) =>
        await db.Outbox.AsNoTracking().Where(message => message.Status == OutboxStatus.DeadLettered).OrderByDescending(message => message.Id).Take(MaxFailures)
            .Select(message => new DeadLetter(
                message.Id, message.Kind, db.Repositories.Where(row => row.Id == message.RepositoryId).Select(row => row.FullName).FirstOrDefault(), message.LastError,
                message.Attempts, message.CreatedAt, message.RequestId))
            .ToListAsync(cancellationToken);

    private static async Task<IReadOnlyList<SweepSnapshot>> SweepsAsync(SentinelDbContext db, CancellationToken cancellationToken)
    {
        var newest = new List<SweepSnapshot>();
        foreach (var kind in Enum.GetValues<SweepKind>())
        {
            if (await db.Sweeps.Where(s => s.Kind == kind).OrderByDescending(s => s.StartedAt).FirstOrDefaultAsync(cancellationToken) is { } s)
                newest.Add(new SweepSnapshot(kind.ToString(), s.StartedAt, s.CompletedAt, s.Looked, s.Repaired, s.GivenUp, s.Error));
        }
        return newest;
    }

    private static async Task<DeliverySnapshot> DeliveriesAsync(SentinelDbContext db, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var counts = await db.Deliveries.Where(delivery => delivery.ReceivedAt >= since)
            .GroupBy(delivery => delivery.Outcome).Select(group => new { group.Key, Count = group.Count() })
            .ToDictionaryAsync(row => row.Key, row => row.Count, cancellationToken);
        var last = await db.Deliveries.OrderByDescending(delivery => delivery.ReceivedAt)
            .Select(delivery => (DateTimeOffset?)delivery.ReceivedAt).FirstOrDefaultAsync(cancellationToken);
        int Of(DeliveryOutcome outcome) => counts.GetValueOrDefault(outcome);
        return new DeliverySnapshot(
            Of(DeliveryOutcome.Accepted), Of(DeliveryOutcome.Ignored), Of(DeliveryOutcome.Unknown), Of(DeliveryOutcome.Failed), last);
    }
}
