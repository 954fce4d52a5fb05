using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Sentinel.Data;

namespace Sentinel.Worker.Outbox;

/// <summary>Takes away messages that were delivered long ago. What waits, or was given up, stays until somebody deals with it.</summary>
internal sealed partial class OutboxRetention(IDbContextFactory<SentinelDbContext> databases, IOptions<OutboxOptions> options, TimeProvider time, ILogger<OutboxRetention> logger) : BackgroundService
{
    // Small enough that no delivery waits for it.
    internal const int Batch = 5000;

    private static readonly TimeSpan Period = TimeSpan.FromHours(6);

    /// <summary>Several processes may do it at once.</summary>
    /// <returns>How many were taken away.</returns>
    public async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        var old = time.GetUtcNow() - options.Value.KeepDelivered;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        for (var total = 0; ;)
        {
            var deleted = await database.Database.ExecuteSqlAsync($"""
                delete from outbox_messages where id in (
                  select id from outbox_messages where status = 'Done' and processed_at < {old} limit {Batch} for update skip locked)
                """, cancellationToken);
            total += deleted;
            if (deleted < Batch) return total;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await PruneAsync(stoppingToken) is > 0 and var count) LogPruned(count);
            }
            catch (Exception ex) when (!stoppingToken.IsCancellationRequested)
            {
                // Postgres away: its own health check says so.
                LogFailed(ex.GetType().Name);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(Period, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} outbox messages that were delivered long ago were taken away")]
    private partial void LogPruned(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old outbox messages could not be taken away ({Fault}); the next round tries again")]
    private partial void LogFailed(string fault);
}
