using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Queue;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;
using Sentinel.Git;
using Sentinel.Git.History;
using Sentinel.Scanning;
using Sentinel.Worker.Checkout;
using Sentinel.Worker.Findings;
using Sentinel.Worker.Scans;

namespace Sentinel.Worker.Exposure;

/// <summary>Scans that read commits and no tree: the whole history of a repository, and what a deleted ref held.</summary>
internal sealed class CommitScan(
    IDbContextFactory<SentinelDbContext> databases, IScanQueue queue, GitMirror mirror, CommitReader reader, PushedCommits pushed, SecretEngine secrets,
    IOptions<ExposureOptions> options, IOptions<CheckoutOptions> checkout, IOptions<WorkerOptions> worker, TimeProvider time)
{
    /// <summary>Runs the scan; null when the lease was lost meanwhile and nothing was written.</summary>
    /// <exception cref="GitException">The repository could not be read.</exception>
    /// <exception cref="ScanYieldedException">Others wait, and this scan has had its share for now.</exception>
    public async Task<ScanStatus?> ExecuteAsync(
        ScanLease lease, Scan scan, Repository repository, byte[] key, bool isLastAttempt, ScanProgressReporter progress, CancellationToken cancellationToken)
    {
        await progress.BeginAsync(ScanPhase.Fetch, cancellationToken);
        var (report, commit, tips) = scan.Kind == ScanKind.History
            ? await HistoryAsync(repository, key, progress, cancellationToken)
            : await DroppedAsync(scan, repository, key, isLastAttempt, progress, cancellationToken);

        await progress.BeginAsync(ScanPhase.Match, cancellationToken);
        var whole = report.AddTo(Empty());
        var status = whole.IsComplete ? ScanStatus.Succeeded : ScanStatus.Partial;
        var completed = await queue.CompleteAsync(
            lease,
            async (database, row, token) =>
            {
                row.CommitSha = commit;
                await progress.BeginHeldAsync(ScanPhase.Persist, token);
                var opened = await new ExposureWriter(database, row, report, tips, time.GetUtcNow()).ApplyAsync(token);
                progress.End();
                ScanExecutor.Describe(row, whole, progress, new AppliedFindings(opened, 0, report.Sightings.Select(s => s.Finding.FingerprintHash).Distinct().Count()), status);
                // The hash speaks of all rules, and only some ran.
                row.RulePackHash = null;
            },
            cancellationToken);
        return completed ? status : null;
    }

    private async Task<(HistoricReport Report, string? Commit, Func<Sighting, IReadOnlyList<BranchTip>>? Tips)> HistoryAsync(
        Repository repository, byte[] key, ScanProgressReporter progress, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var whole = await mirror.FetchAllAsync(repository.Id, repository.CloneUrl, cancellationToken);
        await progress.BeginAsync(ScanPhase.Analyse, cancellationToken);
        var report = await reader.ReadAsync(
            whole.Git, HistoryRange.All(), "The history", pushedAt: null, key, options.Value.MaxHistoryBlobs, TimeSpan.MaxValue, progress, () => MakeRoomAsync(started, cancellationToken),
            cancellationToken);
        report = whole.LeftOut == 0
            ? report with { IsWhole = report.IsComplete }
            : report with { Skipped = [.. report.Skipped, new SkippedEntry($"{whole.LeftOut} pull requests", 0, SkipReason.Limit)], IsComplete = false };
        var head = whole.Branches.GetValueOrDefault($"refs/heads/{repository.DefaultBranch}");
        return (report, head, await BranchTips.ReadAsync(whole, report.Sightings, checkout.Value, cancellationToken));
    }

    private async Task<(HistoricReport Report, string? Commit, Func<Sighting, IReadOnlyList<BranchTip>>? Tips)> DroppedAsync(
        Scan scan, Repository repository, byte[] key, bool isLastAttempt, ScanProgressReporter progress, CancellationToken cancellationToken)
    {
        await progress.BeginAsync(ScanPhase.Analyse, cancellationToken);
        return (await pushed.ReadAsync(scan, repository, mirror.Of(repository.Id, repository.CloneUrl), head: null, key, isLastAttempt, cancellationToken), null, null);
    }

    // A scan of hours must not keep pull requests waiting, nor run into the limit of a single scan.
    private async Task MakeRoomAsync(long started, CancellationToken cancellationToken)
    {
        var elapsed = time.GetElapsedTime(started);
        if (elapsed < options.Value.HistorySlice) return;
        if (elapsed < worker.Value.ScanTimeout / 2)
        {
            var now = time.GetUtcNow();
            await using var database = await databases.CreateDbContextAsync(cancellationToken);
            if (!await database.Scans.AnyAsync(s => s.Status == ScanStatus.Queued && s.Lane != ScanLane.Background && (s.NotBefore == null || s.NotBefore <= now), cancellationToken)) return;
        }
        throw new ScanYieldedException();
    }

    private ScanReport Empty() => new()
    {
        Findings = [],
        Plugins = [],
        Skipped = [],
        Covered = new Dictionary<string, IReadOnlySet<string>>(),
        Files = 0,
        BytesRead = 0,
        CacheHits = 0,
        RulePackHash = secrets.Engine.RulePackHash,
        IsComplete = true,
    };
}
