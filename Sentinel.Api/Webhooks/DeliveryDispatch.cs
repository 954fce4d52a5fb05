using System.Threading.Channels;
using Sentinel.Api.Scans;

namespace Sentinel.Api.Webhooks;

/// <summary>
/// Announces committed scans to the queue, behind the commit and never in its way: when Redis is slow or away, deliveries
/// are still answered at once and the reconciler queues what this could not.
/// </summary>
internal sealed class DeliveryDispatch(ScanDispatch scans) : BackgroundService
{
    private const int MaxWaiting = 10_000;

    private readonly Channel<StoredBatch> batches = Channel.CreateBounded<StoredBatch>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    public void Announce(StoredBatch batch)
    {
        if (batch.Queued.Count > 0 || batch.Pointless.Count > 0) batches.Writer.TryWrite(batch);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await batches.Reader.WaitToReadAsync(stoppingToken))
        {
            var queued = new List<Guid>();
            var pointless = new List<Guid>();
            while (queued.Count < 500 && batches.Reader.TryRead(out var batch))
            {
                queued.AddRange(batch.Queued);
                pointless.AddRange(batch.Pointless);
            }

            if (queued.Count > 0) await scans.EnqueueAsync(queued, stoppingToken);
            foreach (var scan in pointless) await scans.CancelAsync(scan, stoppingToken);
        }
    }
}
