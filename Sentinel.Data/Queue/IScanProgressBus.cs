using Sentinel.Contracts.Live;
using Sentinel.Contracts.Scans;

namespace Sentinel.Data.Queue;

/// <summary>Tells open pages what is going on, at most once and best effort: nothing depends on a message arriving.</summary>
public interface IScanProgressBus
{
    /// <summary>Publishes a step of a scan, to its own channel and to the global one. Faults of Redis are swallowed and counted.</summary>
    Task PublishAsync(ScanProgress progress, CancellationToken cancellationToken);

    /// <summary>Publishes an event to the global channel.</summary>
    Task PublishAsync(LiveEvent liveEvent, CancellationToken cancellationToken);

    /// <summary>Steps of one scan from now on, until cancelled.</summary>
    IAsyncEnumerable<ScanProgress> SubscribeAsync(Guid scanId, CancellationToken cancellationToken);

    /// <summary>All events from now on, until cancelled.</summary>
    IAsyncEnumerable<LiveEvent> SubscribeAllAsync(CancellationToken cancellationToken);
}

/// <summary>Which workers are alive.</summary>
public interface IWorkerRegistry
{
    /// <summary>Says that a worker is alive; forgotten a minute after the last call.</summary>
    Task HeartbeatAsync(Contracts.Operations.WorkerSnapshot worker, CancellationToken cancellationToken);

    /// <summary>The workers of the last minute; empty when Redis is away.</summary>
    Task<IReadOnlyList<Contracts.Operations.WorkerSnapshot>> ListAsync(CancellationToken cancellationToken);
}
