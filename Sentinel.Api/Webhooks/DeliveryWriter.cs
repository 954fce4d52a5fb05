using System.Threading.Channels;
using Sentinel.Api.Problems;

namespace Sentinel.Api.Webhooks;

/// <summary>
/// Group commit: deliveries that arrive while a commit is under way wait together and share the next one, so that the disk
/// is flushed once for all of them. Nobody waits for a timer: a lone delivery is written at once.
/// </summary>
internal sealed partial class DeliveryWriter(
    DeliveryStore store, DeliveryDispatch dispatch, WebhookMetrics metrics, ILogger<DeliveryWriter> logger) : BackgroundService
{
    private const int MaxBatch = 128;
    private const int MaxBatchBytes = 16 * 1024 * 1024;
    private const int MaxWaiting = 4096;

    /// <summary>GitHub gives up after 10 s; it must have our answer before that.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly Channel<Waiting> waiting = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Returns after the commit. Not cancelled by the caller: a delivery that is being written will be written.</summary>
    public async Task<StoreResult> StoreAsync(IncomingDelivery delivery)
    {
        var item = new Waiting(delivery);
        if (!waiting.Writer.TryWrite(item)) return StoreResult.Unavailable;
        try
        {
            return await item.Done.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            return StoreResult.Unavailable;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Waiting>(MaxBatch);
        try
        {
            while (await waiting.Reader.WaitToReadAsync(stoppingToken))
            {
                Fill(batch);
                await WriteAsync(batch);
                batch.Clear();
            }
        }
        finally
        {
            // The server stopped taking requests before this: whoever still waits is told to come again.
            waiting.Writer.TryComplete();
            while (waiting.Reader.TryRead(out var left)) left.Done.TrySetResult(StoreResult.Unavailable);
        }
    }

    private void Fill(List<Waiting> batch)
    {
        var bytes = 0;
        while (batch.Count < MaxBatch && waiting.Reader.TryPeek(out var next))
        {
            bytes += next.Delivery.Payload.Length;
            if (batch.Count > 0 && (bytes > MaxBatchBytes || next.Delivery.Plan.StandsAlone || batch[^1].Delivery.Plan.StandsAlone)) return;
            if (waiting.Reader.TryRead(out var item)) batch.Add(item);
        }
    }

    private async Task WriteAsync(List<Waiting> batch)
    {
        if (await TryWriteAsync(batch) is not { } fault) return;
        if (batch.Count > 1 && !DatabaseFaults.IsUnavailable(fault))
        {
            // One delivery that the database refuses must not take its neighbours with it.
            BatchSplit(logger, batch.Count, fault.Message);
            foreach (var item in batch)
            {
                if (await TryWriteAsync([item]) is { } own) await FailAsync(item, own);
            }

            return;
        }

        foreach (var item in batch) await FailAsync(item, fault);
    }

    private async Task<Exception?> TryWriteAsync(List<Waiting> batch)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var limit = new CancellationTokenSource(Patience);
            try
            {
                var stored = await store.StoreAsync([.. batch.Select(item => item.Delivery)], limit.Token);
                metrics.Committed(batch.Count);
                dispatch.Announce(stored);
                var seen = new HashSet<string>(StringComparer.Ordinal);
                foreach (var item in batch)
                {
                    var isNew = stored.New.Contains(item.Delivery.DeliveryId) && seen.Add(item.Delivery.DeliveryId);
                    item.Done.TrySetResult(isNew ? StoreResult.Stored : StoreResult.Duplicate);
                }

                return null;
            }
            catch (Exception fault) when (attempt < 3 && (DatabaseFaults.IsContention(fault) || DatabaseFaults.IsUniqueViolation(fault)))
            {
                Contended(logger, batch.Count, attempt);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                return new TimeoutException("The database took too long.");
            }
            // Any other fault belongs to the deliveries of this batch: the caller sorts out whose, and answers each of them.
            catch (Exception fault)
            {
                return fault;
            }
        }
    }

    private async Task FailAsync(Waiting item, Exception fault)
    {
        if (DatabaseFaults.IsUnavailable(fault))
        {
            Unavailable(logger, item.Delivery.DeliveryId, fault.Message);
            item.Done.TrySetResult(StoreResult.Unavailable);
            return;
        }

        Refused(logger, fault, item.Delivery.DeliveryId, item.Delivery.Event);
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await store.StoreFailedAsync(item.Delivery, "The delivery could not be stored with its scans.", limit.Token);
            item.Done.TrySetResult(StoreResult.Failed);
        }
        // Whatever it is this time, GitHub must hear that the delivery is not with us.
        catch (Exception again)
        {
            Unavailable(logger, item.Delivery.DeliveryId, again.Message);
            item.Done.TrySetResult(StoreResult.Unavailable);
        }
    }

    private sealed record Waiting(IncomingDelivery Delivery)
    {
        public TaskCompletionSource<StoreResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A batch of {Count} deliveries was refused and is written one by one: {Reason}")]
    private static partial void BatchSplit(ILogger logger, int count, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "A batch of {Count} deliveries met another transaction, attempt {Attempt}")]
    private static partial void Contended(ILogger logger, int count, int attempt);

    [LoggerMessage(Level = LogLevel.Error, Message = "Delivery {DeliveryId} was not stored, GitHub is asked to come again: {Reason}")]
    private static partial void Unavailable(ILogger logger, string deliveryId, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Delivery {DeliveryId} ({Event}) was refused by the database and is kept as failed")]
    private static partial void Refused(ILogger logger, Exception exception, string deliveryId, string @event);
}
