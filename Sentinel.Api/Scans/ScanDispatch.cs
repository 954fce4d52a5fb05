using Sentinel.Api.Live;
using Sentinel.Data.Queue;

namespace Sentinel.Api.Scans;

/// <summary>Hands stored scans to the queue. Postgres already has them: a fault here delays a scan, it does not lose it.</summary>
internal sealed partial class ScanDispatch(IScanQueue queue, LiveUpdates live, ILogger<ScanDispatch> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task EnqueueAsync(IReadOnlyCollection<Guid> scans, CancellationToken cancellationToken)
    {
        await TryAsync(scans.First(), token => queue.EnqueueAsync(scans, token), cancellationToken);
        await live.ScansQueuedAsync(scans, cancellationToken);
    }

    public Task CancelAsync(Guid scan, CancellationToken cancellationToken) =>
        TryAsync(scan, token => queue.CancelAsync(scan, token), cancellationToken);

    private async Task TryAsync(Guid first, Func<CancellationToken, Task> operation, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await operation(limit.Token);
        }
        // Nothing may escape: the rows are committed, and the reconciler does within seconds what failed here.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Deferred(logger, first, exception.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Scan {ScanId} is stored but the queue could not be told; the reconciler will: {Reason}")]
    private static partial void Deferred(ILogger logger, Guid scanId, string reason);
}
