using Sentinel.Contracts.Heartbeats;
using Sentinel.Contracts.Scans;

namespace Sentinel.Contracts.Operations;

/// <summary>How the installation is doing right now.</summary>
/// <param name="Failures">Failed and dead-lettered scans, newest first, at most 50.</param>
/// <param name="Latency">Over the last 24 hours.</param>
/// <param name="Heartbeat">Null from an API of an older version.</param>
/// <param name="Sweeps">The newest of each kind; empty while there is no GitHub App, null from an API of an older version.</param>
/// <param name="DeadLetters">Messages that were given up, newest first, at most 50; null from an API of an older version.</param>
/// <param name="OutboxPending">Messages waiting to be delivered to the AI service or to GitHub.</param>
public sealed record OperationsSnapshot(
    DateTimeOffset At, QueueSnapshot Queue, IReadOnlyList<WorkerSnapshot> Workers, IReadOnlyList<ScanSummary> Failures,
    LatencySnapshot Latency, DeliverySnapshot Deliveries, int OutboxPending, int OutboxDeadLettered,
    HeartbeatSnapshot? Heartbeat = null, IReadOnlyList<SweepSnapshot>? Sweeps = null, IReadOnlyList<DeadLetter>? DeadLetters = null);

/// <summary>A message to GitHub or to the AI service that was given up.</summary>
/// <param name="Kind">What it asks for, such as <c>github.check</c>.</param>
/// <param name="RepositoryName">Null when it is about none.</param>
/// <param name="Error">Why it was given up.</param>
/// <param name="RequestId">Null when no request led to it.</param>
public sealed record DeadLetter(Guid Id, string Kind, string? RepositoryName, string? Error, int Attempts, DateTimeOffset CreatedAt, string? RequestId);

/// <summary>A look for what was missed.</summary>
/// <param name="Kind"><c>Redelivery</c> (GitHub's delivery log against the deliveries taken) or <c>Reconciliation</c> (heads against scans).</param>
/// <param name="CompletedAt">Null while it runs, and for one whose process died.</param>
/// <param name="Looked">Failed deliveries, or heads.</param>
/// <param name="Repaired">Deliveries asked for again, or scans queued.</param>
/// <param name="GivenUp">What stays missed.</param>
/// <param name="Error">Why it ended early; null when it did not.</param>
public sealed record SweepSnapshot(string Kind, DateTimeOffset StartedAt, DateTimeOffset? CompletedAt, int Looked, int Repaired, int GivenUp, string? Error);

/// <summary>The scan queue.</summary>
/// <param name="RedisAvailable">False when Redis cannot be reached; queued scans then wait in Postgres.</param>
public sealed record QueueSnapshot(bool RedisAvailable, IReadOnlyList<LaneSnapshot> Lanes, int InFlight);

/// <summary>One lane of the queue.</summary>
/// <param name="OldestAgeSeconds">Seconds the oldest scan has been waiting; null when the lane is empty.</param>
public sealed record LaneSnapshot(ScanLane Lane, int Depth, double? OldestAgeSeconds);

/// <summary>A worker process that reported within the last minute.</summary>
public sealed record WorkerSnapshot(
    string Id, string Version, DateTimeOffset StartedAt, DateTimeOffset LastSeenAt, int Capacity, IReadOnlyList<Guid> RunningScans);

/// <summary>Seconds; null when there was no scan.</summary>
public sealed record LatencySnapshot(
    int Scans, double? QueueWaitP50, double? QueueWaitP95, double? ScanP50, double? ScanP95, double? PushToFindingsP50, double? PushToFindingsP95);

/// <summary>Webhook deliveries of the last 24 hours.</summary>
public sealed record DeliverySnapshot(int Accepted, int Ignored, int Unknown, int Failed, DateTimeOffset? LastReceivedAt);
