using Sentinel.Git;
using Sentinel.Scanning;
using Sentinel.Scanning.Baselines;

namespace Sentinel.Cli;

/// <summary>What every kind of scan needs.</summary>
/// <param name="Notes">Gets sentences for the report.</param>
internal sealed record ScanTools(ScanEngine Engine, IAnalysisCache Cache, ScanOptions Options, GitLimits Limits, ProgressLine Progress, List<string> Notes)
{
    public Task<ScanReport> ScanAsync(IFileSource source, CancellationToken cancellationToken) => Engine.ScanAsync(source, Cache, Options, Progress, cancellationToken);

    /// <summary>The repository of a path.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public async Task<LocalRepository> RepositoryAsync(string path, string option, CancellationToken cancellationToken)
    {
        var folder = File.Exists(path) ? Path.GetDirectoryName(Path.GetFullPath(path))! : path;
        // A hook of git is told of another index while only some of the changes are committed.
        var index = Environment.GetEnvironmentVariable("GIT_INDEX_FILE") is { Length: > 0 } named ? named : null;
        return await LocalRepository.FindAsync(folder, index, Limits, cancellationToken)
            ?? throw new CliException($"{path}: this is in no git repository, and {option} reads one.");
    }

    /// <summary>The report without what was there before: a changed file is scanned whole, but its old defects are no news.</summary>
    public ScanReport Without(ScanReport report, ScanReport before)
    {
        report = Recheck(report, CommentAllowances.Of(before));
        var known = before.Findings.Select(f => (f.RuleId, f.FingerprintHash)).ToHashSet();
        return report with
        {
            Findings = [.. report.Findings.Where(f => !known.Contains((f.RuleId, f.FingerprintHash)))],
            IsComplete = report.IsComplete && before.IsComplete,
        };
    }

    /// <summary>The report with what came where comments allowed other values among its findings.</summary>
    public ScanReport Recheck(ScanReport report, CommentAllowances before)
    {
        report = before.Apply(report, out var taken);
        Notes.AddRange(CommentMarks.OfTaken(taken));
        return report;
    }
}
