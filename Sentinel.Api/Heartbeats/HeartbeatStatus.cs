using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Sentinel.Contracts.Heartbeats;
using Sentinel.Data;
using Sentinel.Scanning;

namespace Sentinel.Api.Heartbeats;

/// <summary>How the detectors are, from what the beats left in the database.</summary>
internal sealed class HeartbeatStatus(IOptions<HeartbeatOptions> options, TimeProvider time)
{
    private const int MaxMissed = 100;

    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    public async Task<HeartbeatSnapshot> LoadAsync(SentinelDbContext db, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var period = options.Value.Period;
        var lastQueued = await db.HeartbeatRuns.MaxAsync(run => (DateTimeOffset?)run.QueuedAt, cancellationToken);
        var lastCompleted = await db.HeartbeatRuns.MaxAsync(run => run.CompletedAt, cancellationToken);
        var unanswered = await db.HeartbeatRuns
            .Where(run => run.CompletedAt == null && (lastCompleted == null || run.QueuedAt > lastCompleted)).MinAsync(run => (DateTimeOffset?)run.QueuedAt, cancellationToken);
        var day = now - Day;
        var latencies = (await db.HeartbeatRuns.Where(run => run.CompletedAt >= day).Select(run => new { run.QueuedAt, run.CompletedAt }).ToListAsync(cancellationToken))
            .ConvertAll(run => (run.CompletedAt!.Value - run.QueuedAt).TotalSeconds);
        var tried = await db.HeartbeatRules.AsNoTracking().Where(rule => rule.LastTriedAt >= day - period).ToListAsync(cancellationToken);
        var missed = tried.Where(rule => rule.Recent.StartsWith('0')).OrderBy(rule => rule.RuleId, StringComparer.Ordinal).ToList();
        return new HeartbeatSnapshot(
            options.Value.Enabled, period.TotalSeconds, lastQueued, lastCompleted, RuleCatalog.OfFiles.Count, tried.Count, tried.Count - missed.Count, latencies.Count,
            Percentile(latencies, 0.5), Percentile(latencies, 0.95),
            [.. missed.Take(MaxMissed).Select(rule => new MissedRule(rule.RuleId, rule.LastTriedAt!.Value, rule.LastFoundAt, rule.Recent))],
            options.Value.Enabled ? HeartbeatAlerts.Of(lastCompleted, unanswered, missed.ConvertAll(rule => rule.RuleId), period, now) : []);
    }

    // Between the two nearest, as percentile_cont of PostgreSQL, which the other latencies come from.
    internal static double? Percentile(List<double> values, double share)
    {
        if (values.Count == 0) return null;
        values.Sort();
        var place = share * (values.Count - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, values.Count - 1);
        return Math.Max(0, values[below] + ((values[above] - values[below]) * (place - below)));
    }
}
