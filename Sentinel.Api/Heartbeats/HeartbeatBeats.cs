using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Heartbeat;
using Sentinel.Data.Queue;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;
using Sentinel.Scanning;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.Api.Heartbeats;

/// <summary>Sends beats: queues a scan of synthetic content for a part of the rules. Of any number of processes one sends each.</summary>
internal sealed class HeartbeatBeats(IDbContextFactory<SentinelDbContext> databases, IScanQueue queue, IOptions<HeartbeatOptions> options, TimeProvider time)
{
    // Beats of one ref supersede each other: workers that come back answer the newest, not a day's backlog.
    private const string Reference = "refs/heads/synthetic";

    private static readonly TimeSpan Cycle = TimeSpan.FromHours(24);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Sends a beat when its time has come; null when it has not, or another process sends it.</summary>
    public async Task<HeartbeatRun?> BeatAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await database.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended('heartbeat', 0))", cancellationToken);
        var last = await database.HeartbeatRuns.MaxAsync(run => (DateTimeOffset?)run.QueuedAt, cancellationToken);
        if (last is { } before && now - before < options.Value.Period) return null;

        await database.Database.ExecuteSqlAsync($"""
            insert into repositories (id, full_name, clone_url, private, archived, created_at, updated_at)
            values ({Repository.Heartbeat}, 'sentinel/heartbeat', 'synthetic:heartbeat', true, true, {now}, {now}) on conflict do nothing
            """, cancellationToken);
        await database.Scans.Where(scan => scan.RepositoryId == Repository.Heartbeat && scan.QueuedAt < now - Kept).ExecuteDeleteAsync(cancellationToken);
        var scan = new Scan
        {
            RepositoryId = Repository.Heartbeat,
            RequestId = RequestIds.New(),
            Kind = ScanKind.Heartbeat,
            Lane = ScanLane.Push,
            Ref = Reference,
            QueuedAt = now,
        };
        var run = new HeartbeatRun { ScanId = scan.Id, QueuedAt = now, RuleIds = await PickAsync(database, now, cancellationToken) };
        database.Scans.Add(scan);
        database.HeartbeatRuns.Add(run);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await queue.EnqueueAsync([scan.Id], cancellationToken);
        return run;
    }

    // Those that waited longest, so many that all have had their turn when the day is over.
    private async Task<List<string>> PickAsync(SentinelDbContext database, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rules = RuleCatalog.OfFiles.Select(rule => rule.Id).ToHashSet(StringComparer.Ordinal);
        await database.HeartbeatRules.Where(row => !rules.Contains(row.RuleId)).ExecuteDeleteAsync(cancellationToken);
        var known = await database.HeartbeatRules.ToDictionaryAsync(row => row.RuleId, cancellationToken);
        var count = (int)Math.Ceiling(rules.Count * Math.Min(1, options.Value.Period / Cycle));
        // What was missed is tried again at once: it may have been mended.
        var missed = known.Values.Where(row => row.Recent.StartsWith('0')).Select(row => row.RuleId);
        var due = rules.OrderBy(id => known.TryGetValue(id, out var row) ? row.LastAskedAt : DateTimeOffset.MinValue).ThenBy(id => id, StringComparer.Ordinal).Take(count);
        List<string> picked = [.. missed.Union(due, StringComparer.Ordinal)];
        foreach (var id in picked)
        {
            if (known.TryGetValue(id, out var row)) row.LastAskedAt = now;
            else database.HeartbeatRules.Add(new HeartbeatRule { RuleId = id, LastAskedAt = now });
        }

        return picked;
    }
}
