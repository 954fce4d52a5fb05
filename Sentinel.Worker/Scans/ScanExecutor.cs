using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Queue;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;
using Sentinel.Data.Settings;
using Sentinel.Git;
using Sentinel.Git.Blobs;
using Sentinel.Scanning;
using Sentinel.Worker.Checkout;
using Sentinel.Worker.Findings;
using Sentinel.Worker.Heartbeats;
using Sentinel.Worker.Liveness;

namespace Sentinel.Worker.Scans;

/// <summary>Carries out one scan: fetch, list, analyse, then match and persist in one fenced transaction.</summary>
internal sealed class ScanExecutor(
    IDbContextFactory<SentinelDbContext> databases, NpgsqlDataSource dataSource, IScanQueue queue, IScanProgressBus bus, GitMirror mirror, ScanEngines engines, HeartbeatScan heartbeat,
    WorkerTelemetry telemetry, LivenessAfterScan liveness, IOptions<CheckoutOptions> checkout, IOptions<WorkerOptions> options, TimeProvider time)
{
    private const int MaxSkippedListed = 1000;

    /// <summary>Runs the scan; false when the lease was lost meanwhile and nothing was written.</summary>
    /// <exception cref="GitException">The repository could not be read.</exception>
    public async Task<bool> ExecuteAsync(ScanLease lease, CancellationToken cancellationToken)
    {
        var (scan, repository, key) = await LoadAsync(lease, cancellationToken);
        if (scan.Kind == ScanKind.Heartbeat) return await heartbeat.ExecuteAsync(lease, key, cancellationToken);
        using var progress = new ScanProgressReporter(scan, bus, databases, telemetry, time);

        await progress.BeginAsync(ScanPhase.Fetch, cancellationToken);
        var fetched = await mirror.FetchAsync(repository.Id, repository.CloneUrl, scan.CommitSha, scan.Ref, cancellationToken);

        await progress.BeginAsync(ScanPhase.List, cancellationToken);
        var tree = await GitTree.ReadAsync(fetched.Git, fetched.CommitSha, checkout.Value.Reading, cancellationToken);

        await progress.BeginAsync(ScanPhase.Analyse, cancellationToken);
        await using var files = new CommitFiles(fetched.Git, tree, checkout.Value.Reading);
        var seen = await liveness.ObserverAsync(cancellationToken);
        var settings = new ScanOptions { FingerprintKey = key, MaxFileBytes = checkout.Value.MaxBlobBytes, Secrets = seen };
        var engine = await engines.CurrentAsync(cancellationToken);
        var report = await engine.ScanAsync(files, new PostgresAnalysisCache(dataSource, time), settings, progress, cancellationToken);

        await progress.BeginAsync(ScanPhase.Match, cancellationToken);
        var status = report.IsComplete ? ScanStatus.Succeeded : ScanStatus.Partial;
        var applied = default(AppliedFindings);
        var completed = await queue.CompleteAsync(
            lease,
            async (database, row, token) =>
            {
                (row.CommitSha, row.Ref) = (fetched.CommitSha, fetched.Reference);
                var blobs = tree.Entries.ToDictionary(e => e.Path, e => e.BlobId!, StringComparer.Ordinal);
                var writer = new FindingWriter(database, row, report, blobs, tree.IsComplete, options.Value.ExplanationsPerScan, time.GetUtcNow());
                applied = await writer.ApplyAsync(token);
                await progress.BeginHeldAsync(ScanPhase.Persist, token);
                // The report tells how long writing took, so the findings go first and the scan's own row last.
                await database.SaveChangesAsync(token);
                progress.End();
                await DescribeAsync(database, row, repository, fetched.DefaultBranch, report, progress, applied, status, token);
            },
            cancellationToken);
        if (!completed) return false;

        telemetry.Finished(report.BytesRead, report.CacheHits, applied.Opened);
        await progress.PublishAsync(status, cancellationToken);
        liveness.Ask(seen);
        return true;
    }

    private async Task<(Scan Scan, Repository Repository, byte[] Key)> LoadAsync(ScanLease lease, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var scan = await database.Scans.AsNoTracking().SingleAsync(s => s.Id == lease.ScanId, cancellationToken);
        var repository = await database.Repositories.AsNoTracking().SingleAsync(r => r.Id == scan.RepositoryId, cancellationToken);
        var key = await database.Settings.AsNoTracking().Where(s => s.Key == Setting.FingerprintKey).Select(s => s.Value).SingleOrDefaultAsync(cancellationToken);
        return (scan, repository, key ?? throw new InvalidOperationException("The database was not migrated: run the API with --migrate."));
    }

    private static async Task DescribeAsync(
        SentinelDbContext database, Scan row, Repository repository, string? defaultBranch, ScanReport report, ScanProgressReporter progress, AppliedFindings applied, ScanStatus status,
        CancellationToken cancellationToken)
    {
        var skipped = report.Skipped.Take(MaxSkippedListed).Select(s => new SkippedFile(PostgresText.Clean(s.Path), s.Length, s.Reason)).ToArray();
        var plugins = report.Plugins.Select(p => new PluginRunSummary(p.Plugin.Id, p.Plugin.Version, p.Status.ToString(), p.Files, p.Findings, DetailOf(p))).ToArray();
        (row.Status, row.Phase, row.ErrorCode, row.ErrorDetail) = (status, ScanPhase.Done, null, null);
        (row.FilesDone, row.FilesTotal, row.FilesSkipped) = (report.Files - report.Skipped.Count, report.Files, report.Skipped.Count);
        (row.BytesScanned, row.CacheHits, row.RulePackHash) = (report.BytesRead, report.CacheHits, report.RulePackHash);
        (row.FindingsOpened, row.FindingsClosed, row.FindingsTotal) = (applied.Opened, applied.Closed, applied.Total);
        row.Report = new ScanReportDetail(report.IsComplete, [.. progress.Phases], plugins, skipped, report.Skipped.Count);

        defaultBranch ??= repository.DefaultBranch;
        var isDefault = row.Ref == $"refs/heads/{defaultBranch}";
        await database.Repositories.Where(r => r.Id == repository.Id).ExecuteUpdateAsync(
            r => r.SetProperty(x => x.LastScanId, row.Id).SetProperty(x => x.LastScannedAt, row.StartedAt)
                .SetProperty(x => x.DefaultBranch, x => x.DefaultBranch ?? defaultBranch)
                .SetProperty(x => x.HeadCommit, x => isDefault ? row.CommitSha : x.HeadCommit),
            cancellationToken);
    }

    private static string? DetailOf(PluginRun run) => run.Errors.Count == 0
        ? run.Detail
        : PostgresText.Clean($"{run.Detail}: {string.Join("; ", run.Errors.Take(5).Select(e => $"{e.Path}: {e.Message}"))}", 2000);
}
