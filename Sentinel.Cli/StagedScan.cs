using Sentinel.Git;
using Sentinel.Git.Blobs;
using Sentinel.Scanning;

namespace Sentinel.Cli;

/// <summary>Scans what the next commit would bring, for a hook before it.</summary>
internal static class StagedScan
{
    public static async Task<ScanOutcome> RunAsync(ScanTools tools, LocalRepository repository, CancellationToken cancellationToken)
    {
        if (repository.IsBare && repository.Git.IndexFile is null) throw new CliException("A bare repository has no index, and --staged reads one: --history scans what was committed.");
        var staged = await StagedFiles.ReadAsync(repository, tools.Limits, cancellationToken);
        var report = await ScanAsync(staged.Tree);
        // Most commits have nothing to report, and then what was there before does not matter.
        var isClean = report.Findings.Count == 0 && !report.Suppressed.Any(f => f.Suppression is { IsUnmarkedComment: true });
        return new ScanOutcome(isClean ? report : tools.Without(report, await ScanAsync(staged.Before)));

        async Task<ScanReport> ScanAsync(GitTree tree)
        {
            await using var files = new CommitFiles(repository.Git, tree, tools.Limits, tools.Options.Parallelism);
            return await tools.ScanAsync(files, cancellationToken);
        }
    }
}
