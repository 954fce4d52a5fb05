using System.Collections.Frozen;
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
    IDbContextFactory<SentinelDbContext> databases, IScanQueue queue, GitMirror mirror, CommitReader reader, PushedCommits pushed,
    IOptions<ExposureOptions> options, IOptions<CheckoutOptions> checkout, IOptions<WorkerOptions> worker, TimeProvider time)
{
    /// <summary>Runs the scan; null when the lease was lost meanwhile and nothing was written.</summary>
    /// <exception cref="GitException">The repository could not be read.</exception>
    /// <exception cref="ScanYieldedException">Others wait, and this scan has had its share for now.</exception>
    public async Task<ScanStatus?> ExecuteAsync(
        ScanLease lease, Scan scan, Repository repository, byte[] key, ScanProgressReporter progress, CancellationToken cancellationToken)
    {
        await progress.BeginAsync(ScanPhase.Fetch, cancellationToken);
        var (report, commit, tips) = scan.Kind == ScanKind.History
            ? await HistoryAsync(lease, repository, key, progress, cancellationToken)
            : await DroppedAsync(lease, scan, repository, key, progress, cancellationToken);

        await progress.BeginAsync(ScanPhase.Match, cancellationToken);
        var whole = report.AddTo(Nothing(report.Blobs));
        var status = whole.IsComplete ? ScanStatus.Succeeded : ScanStatus.Partial;
        var completed = await queue.CompleteAsync(
            lease,
            async (database, row, token) =>
            {
                row.CommitSha = commit;
                await progress.BeginHeldAsync(ScanPhase.Persist, token);
                var opened = await new ExposureWriter(database, row, report, tips, time.GetUtcNow()).ApplyAsync(token);
                progress.End();
                ScanExecutor.Describe(row, whole, whole.Skipped.Count, progress, new AppliedFindings(opened, 0, report.Sightings.Select(s => s.Finding.FingerprintHash).Distinct().Count()), status);
                // The hash speaks of all rules, and only some ran.
                row.RulePackHash = null;
            },
            cancellationToken);
        return completed ? status : null;
    }

    private async Task<(HistoricReport Report, string? Commit, Func<Sighting, IReadOnlyList<BranchTip>>? Tips)> HistoryAsync(
        ScanLease lease, Repository repository, byte[] key, ScanProgressReporter progress, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var whole = await mirror.FetchAllAsync(repository.Id, repository.CloneUrl, cancellationToken);
        await progress.BeginAsync(ScanPhase.Analyse, cancellationToken);
        var report = await ReadAsync(lease, repository, whole.Git, key, progress, () => MakeRoomAsync(started, cancellationToken), cancellationToken);
        report = whole.LeftOut == 0
            ? report with { IsWhole = report.IsComplete }
            : report with { Skipped = [.. report.Skipped, new SkippedEntry($"{whole.LeftOut} pull requests", 0, SkipReason.Limit)], IsComplete = false };
        var head = whole.Branches.GetValueOrDefault($"refs/heads/{repository.DefaultBranch}");
        return (report, head, await BranchTips.ReadAsync(whole, report.Sightings, checkout.Value, cancellationToken));
    }

    private async Task<HistoricReport> ReadAsync(
        ScanLease lease, Repository repository, GitRunner git, byte[] key, ScanProgressReporter progress, Func<Task> mayGoOn, CancellationToken cancellationToken)
    {
        try
        {
            var reading = new Reading(git, HistoryRange.All(), "The history", key, options.Value.MaxHistoryBlobs, TimeSpan.MaxValue) { Progress = progress, MayGoOn = mayGoOn };
            return await reader.ReadAsync(reading, cancellationToken);
        }
        catch (GitException ex) when (CommitReader.IsDamage(ex) && lease.Attempt == 1)
        {
            await mirror.DiscardAsync(repository.Id, repository.CloneUrl, cancellationToken);
            throw new GitException(ex.Code, ex.Message, transient: true);
        }
        catch (GitException ex) when (CommitReader.IsDamage(ex))
        {
            return HistoricReport.Nothing with { Skipped = [new SkippedEntry($"The history: {ex.Message}", 0, SkipReason.Unreadable)], IsComplete = false };
        }
    }

    private async Task<(HistoricReport Report, string? Commit, Func<Sighting, IReadOnlyList<BranchTip>>? Tips)> DroppedAsync(
        ScanLease lease, Scan scan, Repository repository, byte[] key, ScanProgressReporter progress, CancellationToken cancellationToken)
    {
        await progress.BeginAsync(ScanPhase.Analyse, cancellationToken);
        return (await pushed.ReadAsync(scan, repository, mirror.Of(repository.Id, repository.CloneUrl), blobs: null, head: null, FrozenSet<string>.Empty, key, lease, cancellationToken), null, null);
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

    private static ScanReport Nothing(int contents) => new()
    {
        Findings = [],
        Plugins = [],
        Skipped = [],
        Covered = new Dictionary<string, IReadOnlySet<string>>(),
        Files = contents,
        BytesRead = 0,
        CacheHits = 0,
        RulePackHash = "",
        IsComplete = true,
    };
}
