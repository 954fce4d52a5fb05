using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Heartbeat;
using Sentinel.Data.Queue;
using Sentinel.Data.Scans;
using Sentinel.Scanning;
using Sentinel.Worker.Scans;

namespace Sentinel.Worker.Heartbeats;

/// <summary>
/// Answers a beat: the engine that scans repositories scans synthetic content instead. What it finds is counted and stored as findings
/// of nobody; no provider is asked about the values and no model about the findings.
/// </summary>
internal sealed partial class HeartbeatScan(
    IDbContextFactory<SentinelDbContext> databases, IScanQueue queue, ScanEngines engines, TimeProvider time, ILogger<HeartbeatScan> logger)
{
    // Values are drawn at random: one may happen to look like a placeholder, three in a row do not.
    private const int Tries = 3;

    /// <summary>False when the lease was lost meanwhile and nothing was written.</summary>
    public async Task<bool> ExecuteAsync(ScanLease lease, byte[] key, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var asked = await database.HeartbeatRuns.AsNoTracking().Where(r => r.ScanId == lease.ScanId).Select(r => r.RuleIds).SingleAsync(cancellationToken);
        var rules = asked.Select(RuleCatalog.Find).OfType<RuleDescriptor>().ToArray();
        var (engine, _) = await engines.CurrentAsync(cancellationToken);
        IReadOnlyList<RuleDescriptor> missed = rules;
        ScanReport? report = null;
        for (var i = 0; i < Tries && missed.Count > 0; i++)
        {
            var tree = new SyntheticTree(missed, Random.Shared);
            var answer = await engine.ScanAsync(tree, NoAnalysisCache.Instance, new ScanOptions { FingerprintKey = key }, progress: null, cancellationToken);
            report ??= answer;
            missed = tree.Missed(answer);
        }

        var lost = missed.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        var completed = await queue.CompleteAsync(lease, (db, row, token) => StoreAsync(db, row, rules, lost, report, token), cancellationToken);
        if (completed && lost.Count > 0) LogMissed(lost.Count, rules.Length, string.Join(", ", lost.Order(StringComparer.Ordinal).Take(20)));
        return completed;
    }

    private async Task StoreAsync(SentinelDbContext database, Scan row, RuleDescriptor[] rules, HashSet<string> missed, ScanReport? report, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        (row.Status, row.Phase, row.FilesTotal, row.FilesDone, row.BytesScanned, row.RulePackHash) =
            (ScanStatus.Succeeded, ScanPhase.Done, rules.Length, rules.Length, report?.BytesRead ?? 0, report?.RulePackHash);
        var run = await database.HeartbeatRuns.SingleAsync(r => r.ScanId == row.Id, cancellationToken);
        (run.CompletedAt, run.Tried, run.Found, run.Missed) = (now, rules.Length, rules.Length - missed.Count, [.. missed.Order(StringComparer.Ordinal)]);
        var ids = rules.Select(r => r.Id).ToArray();
        foreach (var rule in await database.HeartbeatRules.Where(r => ids.Contains(r.RuleId)).ToListAsync(cancellationToken)) rule.Add(!missed.Contains(rule.RuleId), now);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Heartbeat: {Missed} of {Tried} rules did not find their own example: {RuleIds}")]
    private partial void LogMissed(int missed, int tried, string ruleIds);
}
