using Sentinel.Contracts.Scans;
using Sentinel.Data.Scans;
using Sentinel.Git;
using Sentinel.Git.Blobs;
using Sentinel.Scanning;
using Sentinel.Worker.Checkout;

namespace Sentinel.Worker.Scans.Incremental;

/// <summary>Looks at every file of a commit; contents that were analysed before come from the cache.</summary>
internal sealed class FullScan(ScanEngine engine, IAnalysisCache cache, ScanOptions options, GitLimits limits)
{
    /// <summary>Analyses the commit.</summary>
    /// <exception cref="GitException">The files could not be listed.</exception>
    public async Task<ScanOutcome> RunAsync(Checkedout fetched, ScanProgressReporter progress, CancellationToken cancellationToken)
    {
        var tree = await GitTree.ReadAsync(fetched.Git, fetched.CommitSha, limits, cancellationToken);

        await progress.BeginAsync(ScanPhase.Analyse, cancellationToken);
        await using var files = new CommitFiles(fetched.Git, tree, limits);
        var report = await engine.ScanAsync(files, cache, options, progress, cancellationToken);
        return new ScanOutcome
        {
            Report = report,
            Blobs = tree.Entries.ToDictionary(e => e.Path, e => e.BlobId!, StringComparer.Ordinal),
            ListingComplete = tree.IsComplete,
            SkippedTotal = report.Skipped.Count,
            Baseline = BaselineOf(fetched, tree, report),
        };
    }

    private BaselineChange? BaselineOf(Checkedout fetched, GitTree tree, ScanReport report)
    {
        if (!tree.IsComplete || GapList.Of(report, tree.Entries.ToDictionary(e => e.Path, StringComparer.Ordinal)) is not { } gaps) return null;

        var figures = new BaselineFigures(
            fetched.CommitSha, ScanBasis.Of(engine.RulePackHash, options, limits), report.Files, tree.Entries.Where(e => e.Length <= options.MaxFileBytes).Sum(e => e.Length),
            GapList.Lasting(gaps), [.. report.Plugins.Select(p => new PluginCoverage(p.Plugin.Id, p.Files, p.Findings))]);
        return new BaselineChange(figures, null, gaps);
    }
}
