using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sentinel.Contracts.Scans;

namespace Sentinel.Data.Queue;

/// <summary>
/// Puts right what a crash left behind: scans whose worker died go back to the queue, and queued scans that Redis does not know
/// are announced again. Any number of processes may run it.
/// </summary>
internal sealed partial class ScanReconciler(
    IDbContextFactory<SentinelDbContext> databases, ScanQueue queue, ScanOrder order, RedisDispatcher dispatcher, QueueMetrics metrics,
    IOptions<ScanQueueOptions> options, TimeProvider time, ILogger<ScanReconciler> logger) : BackgroundService
{
    /// <summary>One round; returns how many scans came back.</summary>
    public async Task<int> ReconcileAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var recovered = await RecoverExpiredAsync(database, cancellationToken);
        var queued = await database.Scans.AsNoTracking().Where(s => s.Status == ScanStatus.Queued).OrderBy(s => s.Id).Take(50_000).ToListAsync(cancellationToken);
        try
        {
            recovered += await dispatcher.AddAsync(queued.Select(order.Entry), time.GetUtcNow());
        }
        catch (Exception ex) when (ScanQueue.IsRedisFault(ex))
        {
            LogRedisAway(ex);
        }
        var depth = await queue.DepthAsync(cancellationToken);
        metrics.Update(depth);
        if (options.Value.LogDepth)
        {
            var (waiting, oldest) = (depth.Lanes.Sum(l => (long)l.Depth), depth.Lanes.Max(l => l.OldestAgeSeconds) ?? 0);
            LogDepth(waiting, oldest, depth.InFlight);
        }
        return recovered;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var recovered = await ReconcileAsync(stoppingToken);
                if (recovered > 0) LogRecovered(recovered);
            }
            catch (Exception ex) when (!stoppingToken.IsCancellationRequested)
            {
                // Postgres away: the next round tries again, and the health check says so meanwhile.
                LogFailed(ex);
            }
            await Task.Delay(options.Value.ReconcileInterval * (0.8 + (0.4 * Random.Shared.NextDouble())), time, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<int> RecoverExpiredAsync(SentinelDbContext database, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var limit = options.Value.MaxAttempts;
        var expired = database.Scans.Where(s => s.Status == ScanStatus.Running && s.LeaseUntil < now);
        var dead = await expired.Where(s => s.Attempt >= limit).ExecuteUpdateAsync(
            s => s.SetProperty(x => x.Status, ScanStatus.DeadLettered).SetProperty(x => x.CompletedAt, now).SetProperty(x => x.LeaseToken, (Guid?)null)
                .SetProperty(x => x.LeaseUntil, (DateTimeOffset?)null).SetProperty(x => x.ErrorCode, "worker-lost")
                .SetProperty(x => x.ErrorDetail, "Every worker that took this scan disappeared before finishing it."),
            cancellationToken);
        if (dead > 0) LogDeadLettered(dead);
        return await expired.ExecuteUpdateAsync(
            s => s.SetProperty(x => x.Status, ScanStatus.Queued).SetProperty(x => x.LeaseToken, (Guid?)null)
                .SetProperty(x => x.LeaseUntil, (DateTimeOffset?)null).SetProperty(x => x.Phase, ScanPhase.Waiting),
            cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Scans} scans were put back into the queue")]
    private partial void LogRecovered(int scans);

    [LoggerMessage(Level = LogLevel.Error, Message = "{DeadLettered} scans were given up: their workers kept disappearing")]
    private partial void LogDeadLettered(int deadLettered);

    [LoggerMessage(Level = LogLevel.Information, Message = "{QueueDepth} scans wait, the oldest for {OldestSeconds} s; {InFlight} are being worked on")]
    private partial void LogDepth(long queueDepth, double oldestSeconds, long inFlight);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis does not answer; queued scans wait in Postgres")]
    private partial void LogRedisAway(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The queue could not be reconciled; the next round tries again")]
    private partial void LogFailed(Exception exception);
}
