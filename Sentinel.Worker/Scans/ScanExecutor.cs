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
using Sentinel.Git.Policies;
using Sentinel.Scanning;
using Sentinel.Worker.Checkout;
using Sentinel.Worker.Exposure;
using Sentinel.Worker.Findings;
using Sentinel.Worker.Heartbeats;
using Sentinel.Worker.Imports;
using Sentinel.Worker.Liveness;
using Sentinel.Worker.Policies;
using Sentinel.Worker.Scans.Incremental;

namespace Sentinel.Worker.Scans;

/// <summary>Carries out one scan: fetch, list, analyse, then match and persist in one fenced transaction.</summary>
internal sealed class ScanExecutor(
    IDbContextFactory<SentinelDbContext> databases, NpgsqlDataSource dataSource, IScanQueue queue, IScanProgressBus bus, GitMirror mirror, ScanEngines engines, ActionTags actions, HeartbeatScan heartbeat, ImportScan imports,
    CommitScan commits, PushedCommits pushed, ExposureReach reach, HistoryAfterFirstScan history, LivenessAfterScan liveness, WorkerTelemetry telemetry,
    IOptions<CheckoutOptions> checkout, IOptions<WorkerOptions> options, TimeProvider time)
{
    /// <summary>Runs the scan.</summary>
    /// <returns>
    /// What is to be done now that its result is written, and the lease is gone with it; null when the lease was lost meanwhile and nothing
    /// was written.
    /// </returns>
    /// <exception cref="GitException">The repository could not be read.</exception>
    public async Task<Func<CancellationToken, Task>?> ExecuteAsync(ScanLease lease, CancellationToken cancellationToken)
    {
        var (scan, repository, key) = await LoadAsync(lease, cancellationToken);
        if (scan.Kind == ScanKind.Heartbeat) return await heartbeat.ExecuteAsync(lease, key, cancellationToken) ? NothingMore : null;
        using var progress = new ScanProgressReporter(scan, bus, databases, telemetry, time);
        if (scan.Kind == ScanKind.Import) return await imports.ExecuteAsync(lease, scan, repository, key, progress, cancellationToken) ? NothingMore : null;
        if (scan.Kind is ScanKind.History or ScanKind.Dropped)
        {
            if (await commits.ExecuteAsync(lease, scan, repository, key, progress, cancellationToken) is not { } ended) return null;
            await progress.PublishAsync(ended, CancellationToken.None);
            return CompareRefsAsync;
        }

        await progress.BeginAsync(ScanPhase.Fetch, cancellationToken);
        var fetched = await mirror.FetchAsync(repository.Id, repository.CloneUrl, scan.CommitSha, scan.Ref, cancellationToken);

        var limits = checkout.Value.Reading;
        var seen = await liveness.ObserverAsync(cancellationToken);
        var (engine, secrets) = await engines.CurrentAsync(cancellationToken);
        var settings = new ScanOptions { FingerprintKey = key, MaxFileBytes = checkout.Value.MaxBlobBytes, Secrets = seen, Actions = actions.For(repository) };
        var cache = new PostgresAnalysisCache(dataSource, time);
        await using var blobs = new BlobReader(fetched.Git, Environment.ProcessorCount, limits);
        await progress.BeginAsync(ScanPhase.List, cancellationToken);
        if (fetched.Reference.StartsWith("refs/tags/", StringComparison.Ordinal))
        {
            // What else is wrong with a tag stood in a branch before, and nobody can mend it in the tag.
            var tagged = await new FullScan(secrets.Engine, cache, settings, limits).RunAsync(fetched, progress, cancellationToken);
            return await FinishAsync(tagged with { Baseline = null });
        }
        try
        {
            var outcome = await new IncrementalScan(new BaselineStore(databases), dataSource, engine, cache, settings, limits, time).RunAsync(scan, fetched, blobs, progress, cancellationToken);
            if (outcome is not null) return await FinishAsync(outcome);
        }
        catch (BaselineMovedException)
        {
            await progress.BeginAsync(ScanPhase.List, cancellationToken);
        }
        var full = await new FullScan(engine, cache, settings, limits).RunAsync(fetched, progress, cancellationToken);
        return await FinishAsync(full);

        async Task<Func<CancellationToken, Task>?> FinishAsync(ScanOutcome outcome)
        {
            var (written, next) = await CompleteAsync(lease, scan, repository, key, fetched, blobs, outcome, engine.RulePackHash, progress, cancellationToken);
            if (!written) return null;
            liveness.Ask(seen);
            return async token =>
            {
                if (next is { } scanOfHistory) await queue.EnqueueAsync([scanOfHistory], token);
                await CompareRefsAsync(token);
            };
        }

        Task CompareRefsAsync(CancellationToken token) => reach.RefreshAsync(repository, token);
    }

    private static Task NothingMore(CancellationToken cancellationToken) => Task.CompletedTask;

    // Whether it was written, and the scan of the history that is to follow; null for none.
    private async Task<(bool Written, Guid? Next)> CompleteAsync(
        ScanLease lease, Scan scan, Repository repository, byte[] key, Checkedout fetched, BlobReader blobs, ScanOutcome outcome, string rulePackHash, ScanProgressReporter progress, CancellationToken cancellationToken)
    {
        var standing = outcome.Blobs.Values.ToHashSet(StringComparer.Ordinal);
        var historic = await pushed.ReadAsync(scan, repository, fetched.Git, blobs, fetched.CommitSha, standing, key, lease, cancellationToken);
        var report = historic.AddTo(outcome.Report) with { RulePackHash = rulePackHash };
        outcome = outcome with { Report = report, SkippedTotal = outcome.SkippedTotal + historic.Skipped.Count };

        // What a branch says of itself decides nothing before it is merged.
        var isDefault = fetched.Reference == $"refs/heads/{fetched.DefaultBranch ?? repository.DefaultBranch}";
        var policy = isDefault ? await CommitPolicy.ReadAsync(fetched.Git, fetched.CommitSha, checkout.Value.Reading, cancellationToken) : null;

        await progress.BeginAsync(ScanPhase.Match, cancellationToken);
        Guid? next = null;
        var status = report.IsComplete ? ScanStatus.Succeeded : ScanStatus.Partial;
        var applied = default(AppliedFindings);
        var completed = await queue.CompleteAsync(
            lease,
            async (database, row, token) =>
            {
                (row.CommitSha, row.Ref) = (fetched.CommitSha, fetched.Reference);
                var now = time.GetUtcNow();
                var writer = new FindingWriter(database, row, outcome, options.Value.ExplanationsPerScan, now);
                applied = await writer.ApplyAsync(token);
                await progress.BeginHeldAsync(ScanPhase.Persist, token);
                // The report tells how long writing took, so the findings go first and the scan's own row last.
                await database.SaveChangesAsync(token);
                applied = applied with { Opened = applied.Opened + await new ExposureWriter(database, row, historic, tips: null, now).ApplyAsync(token) };
                var decided = policy is null ? null : await new PolicyWriter(database, row, policy, now).ApplyAsync(token);
                next = await history.PlanAsync(database, row, token);
                await BaselineStore.SaveAsync(database, row, outcome.Baseline, token);
                await SnapshotStore.SaveAsync(database, row, rulePackHash, now, token);
                progress.End();
                await DescribeAsync(database, row, repository, fetched.DefaultBranch, outcome, progress, applied, status, decided, token);
            },
            cancellationToken);
        if (!completed) return (false, null);

        // It is written: losing the lease, which has ended, stops nothing any more.
        telemetry.Finished(report.BytesRead, report.CacheHits, applied.Opened);
        await progress.PublishAsync(status, CancellationToken.None);
        return (true, next);
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
        PolicyReport? policy, CancellationToken cancellationToken)
    {
        Describe(row, outcome.Report, outcome.SkippedTotal, progress, applied, status, outcome.Carried?.CommitSha, policy);
        defaultBranch ??= repository.DefaultBranch;
        var isDefault = row.Ref == $"refs/heads/{defaultBranch}";
        await database.Repositories.Where(r => r.Id == repository.Id).ExecuteUpdateAsync(
            r => r.SetProperty(x => x.LastScanId, row.Id).SetProperty(x => x.LastScannedAt, row.StartedAt)
                .SetProperty(x => x.DefaultBranch, x => x.DefaultBranch ?? defaultBranch)
                .SetProperty(x => x.HeadCommit, x => isDefault ? row.CommitSha : x.HeadCommit),
            cancellationToken);
    }

    /// <summary>Fills in what the scan did and what it did not look at.</summary>
    /// <param name="skippedTotal">The report may name fewer.</param>
    /// <param name="carriedFrom">The commit from which the scan went on; null when everything was looked at.</param>
    /// <param name="policy">What the repository's policy did; null for nothing.</param>
    internal static void Describe(Scan row, ScanReport report, int skippedTotal, ScanProgressReporter progress, AppliedFindings applied, ScanStatus status, string? carriedFrom = null, PolicyReport? policy = null)
    {
        var skipped = report.Skipped.Take(IncrementalScan.MaxSkippedListed).Select(s => new SkippedFile(PostgresText.Clean(s.Path), s.Length, s.Reason)).ToArray();
        var plugins = report.Plugins.Select(p => new PluginRunSummary(p.Plugin.Id, p.Plugin.Version, p.Status.ToString(), p.Files, p.Findings, DetailOf(p))).ToArray();
        (row.Status, row.Phase, row.ErrorCode, row.ErrorDetail) = (status, ScanPhase.Done, null, null);
        (row.FilesDone, row.FilesTotal, row.FilesSkipped) = (report.Files - skippedTotal, report.Files, skippedTotal);
        (row.BytesScanned, row.CacheHits, row.RulePackHash) = (report.BytesRead, report.CacheHits, report.RulePackHash);
        (row.FindingsOpened, row.FindingsClosed, row.FindingsTotal) = (applied.Opened, applied.Closed, applied.Total);
        row.Report = new ScanReportDetail(report.IsComplete, [.. progress.Phases], plugins, skipped, skippedTotal, carriedFrom, policy);
    }

    private static string? DetailOf(PluginRun run) => run.Errors.Count == 0
        ? run.Detail
        : PostgresText.Clean($"{run.Detail}: {string.Join("; ", run.Errors.Take(5).Select(e => $"{e.Path}: {e.Message}"))}", 2000);
}
