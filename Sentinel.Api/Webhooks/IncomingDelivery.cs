namespace Sentinel.Api.Webhooks;

/// <summary>A delivery whose signature is right and whose payload was understood, on its way to the database.</summary>
internal sealed record IncomingDelivery(
    string DeliveryId, string Event, string RequestId, string? TraceParent, byte[] Payload, DateTimeOffset ReceivedAt, DeliveryPlan Plan)
{
    public Guid Id { get; } = Guid.CreateVersion7(ReceivedAt);

    /// <summary>One scan id for each planned scan, made here so that a retried transaction writes the same rows.</summary>
    public IReadOnlyList<Guid> ScanIds { get; } = [.. Plan.Scans.Select(_ => Guid.CreateVersion7(ReceivedAt))];
}

/// <summary>What became of a delivery.</summary>
internal enum StoreResult { Stored, Duplicate, Failed, Unavailable }

/// <summary>What a committed batch leaves to do outside the database.</summary>
/// <param name="New">Ids of the deliveries that were stored; all others of the batch were there before.</param>
/// <param name="Queued">Scans to announce to the queue.</param>
/// <param name="Pointless">Active scans of refs that are gone.</param>
internal sealed record StoredBatch(IReadOnlySet<string> New, IReadOnlyList<Guid> Queued, IReadOnlyList<Guid> Pointless);
