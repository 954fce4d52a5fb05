using Npgsql;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Scans;
using Sentinel.Git;
using Sentinel.Git.Blobs;
using Sentinel.Scanning;
using Sentinel.Worker.Checkout;

namespace Sentinel.Worker.Scans.Incremental;

/// <summary>
/// Looks at what changed since the last scan of the ref, and at nothing else. Whenever the result might differ from that of looking at
/// everything, it says so by giving none.
/// </summary>
internal sealed class IncrementalScan(
    BaselineStore baselines, NpgsqlDataSource dataSource, ScanEngine engine, IAnalysisCache cache, ScanOptions options, GitLimits limits, TimeProvider time)
{
    /// <summary>Skipped files that a report names.</summary>
    public const int MaxSkippedListed = 1000;

    private const int MaxAffectedPaths = 500;

    /// <summary>Analyses the commit.</summary>
    /// <param name="blobs">Reads the commit's repository.</param>
    /// <returns>Null when everything has to be looked at.</returns>
    public async Task<ScanOutcome?> RunAsync(Scan scan, Checkedout fetched, BlobReader blobs, ScanProgressReporter progress, CancellationToken cancellationToken)
    {
        // Asked for by a person or by the calendar: a scan that trusts nothing from before.
        if (scan.Kind is not (ScanKind.Push or ScanKind.PullRequest)) return null;
        if (await baselines.FindAsync(scan.RepositoryId, fetched.Reference, cancellationToken) is not { } baseline) return null;
        if (baseline.Basis != ScanBasis.Of(engine.RulePackHash, options, limits)) return null;
        if (await TreeDiff.ReadAsync(fetched.Git, baseline.CommitSha, fetched.CommitSha, ChangedTree.MaxChanges, limits, cancellationToken) is not { } changes) return null;

        var gaps = await baselines.GapsAsync(baseline, changes.Select(c => c.Path), cancellationToken);
        var retried = gaps.Where(g => g.Retry).DistinctBy(g => g.Path, StringComparer.Ordinal).Select(g => new FileEntry(g.Path, g.Length, g.BlobSha)).ToArray();
        if (await ChangedTree.ReadAsync(blobs, changes, retried, cancellationToken) is not { } tree) return null;
        if (FiguresOf(baseline, tree, fetched.CommitSha) is not { } figures) return null;

        await progress.BeginAsync(ScanPhase.Analyse, cancellationToken);
        if (await CountOldAsync(tree, retried, cancellationToken) is not { } old) return null;
        var report = await engine.ScanAsync(new ChangedFiles(tree.New, tree.Skipped, blobs), cache, options, progress.Offset(figures.Files - tree.New.Count), cancellationToken);
        var entries = tree.New.ToDictionary(e => e.Path, StringComparer.Ordinal);
        if (GapList.Of(report, entries) is not { } newGaps) return null;

        var affected = await AffectedFindings.FindAsync(
            dataSource, baseline, engine.RulePackHash, [.. report.Findings.Select(f => f.FingerprintHash).Distinct(StringComparer.Ordinal)], tree.Paths, time.GetUtcNow(), cancellationToken);
        if (affected is null || await LookAgainAsync(fetched, affected, blobs, cancellationToken) is not { } others) return null;

        figures = figures with
        {
            Skipped = baseline.Skipped - GapList.Lasting(gaps) + GapList.Lasting(newGaps),
            Plugins = [.. report.Plugins.Select(p => PluginOf(p, baseline, old))],
        };
        var kept = await baselines.SkippedAsync(baseline, tree.Paths, MaxSkippedListed, cancellationToken);
        return new ScanOutcome
        {
            Report = Merge(report, others, affected, figures, kept),
            Blobs = tree.New.Concat(others.Entries).ToDictionary(e => e.Path, e => e.BlobId!, StringComparer.Ordinal),
            ListingComplete = true,
            SkippedTotal = figures.Skipped + report.Skipped.Count - GapList.Lasting(newGaps),
            Baseline = new BaselineChange(figures, tree.Paths, newGaps),
            Carried = new CarriedFindings(baseline.ScanId, baseline.CommitSha, affected.Fingerprints),
        };
    }

    // Null when a limit of the whole scan would cut it short: which files it spares depends on all of them.
    private BaselineFigures? FiguresOf(ScanBaseline baseline, ChangedTree tree, string commitSha)
    {
        long BytesOf(IEnumerable<FileEntry> files) => files.Where(f => f.Length <= options.MaxFileBytes).Sum(f => f.Length);
        var figures = new BaselineFigures(commitSha, baseline.Basis, baseline.Files + tree.FilesAdded, baseline.Bytes + BytesOf(tree.New) - BytesOf(tree.Old), 0, []);
        return figures.Files <= Math.Min(options.MaxFiles, limits.MaxFiles) && figures.Bytes <= options.MaxTotalBytes ? figures : null;
    }

    // What the changed files gave before, from the cache alone. Null when it has forgotten.
    private async Task<ScanReport?> CountOldAsync(ChangedTree tree, FileEntry[] retried, CancellationToken cancellationToken)
    {
        // Fixes that depend on what others say are not wanted of what is gone.
        var report = await engine.ScanAsync(new ChangedFiles(tree.Old, [], blobs: null), cache, options with { Actions = null }, null, cancellationToken);
        var missing = report.Skipped.Where(s => s.Reason == SkipReason.Unreadable).Select(s => s.Path);
        return missing.Except(retried.Select(r => r.Path), StringComparer.Ordinal).Any() ? null : report;
    }

    // Unchanged files that hold findings like those that changed, from the cache as a rule. Null when they cannot be told as well as before.
    private async Task<UnchangedFiles?> LookAgainAsync(Checkedout fetched, AffectedFindings affected, BlobReader blobs, CancellationToken cancellationToken)
    {
        if (affected.Paths.Count == 0) return UnchangedFiles.None;
        if (affected.Paths.Count > MaxAffectedPaths || affected.Paths.Sum(p => p.Length) > GitTree.MaxArguments) return null;

        var listed = await GitTree.ReadAsync(fetched.Git, fetched.CommitSha, affected.Paths, limits, cancellationToken);
        // The database keeps a path as text; one that git does not know by it cannot be looked at here.
        if (listed.Entries.Count != affected.Paths.Count || !listed.Entries.All(e => affected.Paths.Contains(e.Path))) return null;

        var report = await engine.ScanAsync(new ChangedFiles(listed.Entries, [], blobs), cache, options, null, cancellationToken);
        return report.IsComplete ? new UnchangedFiles(listed.Entries, report) : null;
    }

    private static PluginCoverage PluginOf(PluginRun run, ScanBaseline baseline, ScanReport old)
    {
        var (before, gone) = (baseline.Plugins.Single(p => p.Id == run.Plugin.Id), old.Plugins.Single(p => p.Plugin.Id == run.Plugin.Id));
        return new PluginCoverage(run.Plugin.Id, before.Files - gone.Files + run.Files, before.Findings - gone.Findings + run.Findings);
    }

    private static ScanReport Merge(ScanReport report, UnchangedFiles others, AffectedFindings affected, BaselineFigures figures, IReadOnlyList<SkippedEntry> kept)
    {
        var plugins = report.Plugins.Zip(figures.Plugins, (run, all) => run with { Status = StatusOf(run, all.Files), Files = all.Files, Findings = all.Findings }).ToArray();
        var analysed = report.Plugins.Sum(p => p.Files) - report.CacheHits;
        return report with
        {
            Findings = [.. report.Findings.Concat(others.Report?.Findings.Where(f => affected.Fingerprints.Contains(f.FingerprintHash)) ?? [])
                .OrderBy(f => f.Location.Path, StringComparer.Ordinal).ThenBy(f => f.Location.Region.StartLine)
                .ThenBy(f => f.Location.Region.StartColumn).ThenBy(f => f.RuleId, StringComparer.Ordinal).ThenBy(f => f.FingerprintHash, StringComparer.Ordinal)],
            Plugins = plugins,
            Skipped = [.. kept.Concat(report.Skipped).OrderBy(s => s.Path, StringComparer.Ordinal).ThenBy(s => s.Reason, StringComparer.Ordinal).Take(MaxSkippedListed)],
            Covered = report.Covered.ToDictionary(c => c.Key, c => others.Report?.Covered[c.Key] is { Count: > 0 } more ? c.Value.Union(more).ToHashSet(StringComparer.Ordinal) : c.Value, StringComparer.Ordinal),
            Files = figures.Files,
            BytesRead = report.BytesRead + (others.Report?.BytesRead ?? 0),
            CacheHits = plugins.Sum(p => p.Files) - analysed,
        };
    }

    // Every file on which a plug-in failed is tried again by each scan, so the errors of this one are all there are.
    private static PluginStatus StatusOf(PluginRun run, int files) => run.Status switch
    {
        PluginStatus.Partial or PluginStatus.Failed => files == 0 ? PluginStatus.Failed : PluginStatus.Partial,
        var status => status,
    };

    private sealed record UnchangedFiles(IReadOnlyList<FileEntry> Entries, ScanReport? Report)
    {
        public static UnchangedFiles None { get; } = new([], null);
    }
}
