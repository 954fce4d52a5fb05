using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Sentinel.Contracts.Heartbeats;
using Sentinel.Data;

namespace Sentinel.Api.Heartbeats;

/// <summary>Sends beats on time and says so when the detectors fall silent or miss what they should find.</summary>
internal sealed partial class HeartbeatService(
    HeartbeatBeats beats, HeartbeatStatus status, HeartbeatMetrics metrics, IDbContextFactory<SentinelDbContext> databases, IOptions<HeartbeatOptions> options,
    TimeProvider time, ILogger<HeartbeatService> logger) : BackgroundService
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private HashSet<string> _told = [];

    /// <summary>Looks at the answers; logs each alert once, until it has passed.</summary>
    public async Task<HeartbeatSnapshot> WatchAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var snapshot = await status.LoadAsync(database, cancellationToken);
        metrics.Update(snapshot);
        foreach (var alert in snapshot.Alerts.Where(alert => !_told.Contains(alert.Message)))
        {
            if (alert.Code == "silent") LogSilent(alert.Message);
            else LogMissed(alert.Message);
        }

        if (_told.Count > 0 && snapshot.Alerts.Count == 0) LogWell();
        _told = [.. snapshot.Alerts.Select(alert => alert.Message)];
        return snapshot;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled) return;
        await Task.Delay(options.Value.FirstAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await beats.BeatAsync(stoppingToken);
                await WatchAsync(stoppingToken);
            }
            catch (Exception ex) when (!stoppingToken.IsCancellationRequested)
            {
                // Postgres away: its own health check says so.
                LogFailed(ex.GetType().Name);
            }
            await Task.Delay(options.Value.Period / 10 < Longest ? options.Value.Period / 10 : Longest, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(EventId = 7101, EventName = "heartbeat.silent", Level = LogLevel.Warning, Message = "Heartbeat: {Alert}")]
    private partial void LogSilent(string alert);

    [LoggerMessage(EventId = 7102, EventName = "heartbeat.missed", Level = LogLevel.Warning, Message = "Heartbeat: {Alert}")]
    private partial void LogMissed(string alert);

    [LoggerMessage(EventId = 7103, EventName = "heartbeat.well", Level = LogLevel.Information, Message = "Heartbeat: the detectors answer and find their examples again")]
    private partial void LogWell();

    [LoggerMessage(Level = LogLevel.Warning, Message = "The heartbeat could not be sent or read ({Fault}); the next round tries again")]
    private partial void LogFailed(string fault);
}
