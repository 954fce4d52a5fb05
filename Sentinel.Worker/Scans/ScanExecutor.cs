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
using Sentinel.Scanning;
using Sentinel.Worker.Checkout;
using Sentinel.Worker.Findings;
using Sentinel.Worker.Scans.Incremental;

namespace Sentinel.Worker.Scans;

/// <summary>Carries out one scan: fetch, list, analyse, then match and persist in one fenced transaction.</summary>
internal sealed class ScanExecutor(
    IDbContextFactory<SentinelDbContext> databases, NpgsqlDataSource dataSource, IScanQueue queue, IScanProgressBus bus, GitMirror mirror, ScanEngine engine,
    WorkerTelemetry telemetry, IOptions<CheckoutOptions> checkout, IOptions<WorkerOptions> options, TimeProvider time)
{
    /// <summary>Runs the scan; false when the lease was lost meanwhile and nothing was written.</summary>
    /// <exception cref="GitException">The repository could not be read.</exception>
    public async Task<bool> ExecuteAsync(ScanLease lease, CancellationToken cancellationToken)
    {
        var (scan, repository, key) = await LoadAsync(lease, cancellationToken);
        using var progress = new ScanProgressReporter(scan, bus, databases, telemetry, time);

        await progress.BeginAsync(ScanPhase.Fetch, cancellationToken);
        var fetched = await mirror.FetchAsync(repository.Id, repository.CloneUrl, scan.CommitSha, scan.Ref, cancellationToken);

        var limits = checkout.Value.Reading;
        var settings = new ScanOptions { FingerprintKey = key, MaxFileBytes = checkout.Value.MaxBlobBytes };
        var cache = new PostgresAnalysisCache(dataSource, time);
        await progress.BeginAsync(ScanPhase.List, cancellationToken);
        try
        {
            var outcome = await new IncrementalScan(new BaselineStore(databases), dataSource, engine, cache, settings, limits, time).RunAsync(scan, fetched, progress, cancellationToken);
            if (outcome is not null) return await CompleteAsync(lease, repository, fetched, outcome, progress, cancellationToken);
        }
        catch (BaselineMovedException)
        {
            await progress.BeginAsync(ScanPhase.List, cancellationToken);
        }
        var full = await new FullScan(engine, cache, settings, limits).RunAsync(fetched, progress, cancellationToken);
        return await CompleteAsync(lease, repository, fetched, full, progress, cancellationToken);
    }

    private async Task<bool> CompleteAsync(
        ScanLease lease, Repository repository, Checkedout fetched, ScanOutcome outcome, ScanProgressReporter progress, CancellationToken cancellationToken)
    {
        var report = outcome.Report;
        await progress.BeginAsync(ScanPhase.Match, cancellationToken);
        var status = report.IsComplete ? ScanStatus.Succeeded : ScanStatus.Partial;
        var applied = default(AppliedFindings);
        var completed = await queue.CompleteAsync(
            lease,
            async (database, row, token) =>
            {
                (row.CommitSha, row.Ref) = (fetched.CommitSha, fetched.Reference);
                var writer = new FindingWriter(database, row, outcome, options.Value.ExplanationsPerScan, time.GetUtcNow());
                applied = await writer.ApplyAsync(token);
                await progress.BeginHeldAsync(ScanPhase.Persist, token);
                // The report tells how long writing took, so the findings go first and the scan's own row last.
                await database.SaveChangesAsync(token);
                await BaselineStore.SaveAsync(database, row, outcome.Baseline, token);
                progress.End();
                await DescribeAsync(database, row, repository, fetched.DefaultBranch, outcome, progress, applied, status, token);
            },
            cancellationToken);
        if (!completed) return false;

        telemetry.Finished(report.BytesRead, report.CacheHits, applied.Opened);
        await progress.PublishAsync(status, cancellationToken);
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
        SentinelDbContext database, Scan row, Repository repository, string? defaultBranch, ScanOutcome outcome, ScanProgressReporter progress, AppliedFindings applied, ScanStatus status,
        CancellationToken cancellationToken)
    {
        var report = outcome.Report;
        var skipped = report.Skipped.Take(IncrementalScan.MaxSkippedListed).Select(s => new SkippedFile(PostgresText.Clean(s.Path), s.Length, s.Reason)).ToArray();
        var plugins = report.Plugins.Select(p => new PluginRunSummary(p.Plugin.Id, p.Plugin.Version, p.Status.ToString(), p.Files, p.Findings, DetailOf(p))).ToArray();
        (row.Status, row.Phase, row.ErrorCode, row.ErrorDetail) = (status, ScanPhase.Done, null, null);
        (row.FilesDone, row.FilesTotal, row.FilesSkipped) = (report.Files - outcome.SkippedTotal, report.Files, outcome.SkippedTotal);
        (row.BytesScanned, row.CacheHits, row.RulePackHash) = (report.BytesRead, report.CacheHits, report.RulePackHash);
        (row.FindingsOpened, row.FindingsClosed, row.FindingsTotal) = (applied.Opened, applied.Closed, applied.Total);
        row.Report = new ScanReportDetail(report.IsComplete, [.. progress.Phases], plugins, skipped, outcome.SkippedTotal, outcome.Carried?.CommitSha);

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
