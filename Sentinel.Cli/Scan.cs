using Sentinel.Cli.Cache;
using Sentinel.Cli.Sources;
using Sentinel.Git;
using Sentinel.Scanning;
using Sentinel.Scanning.Baselines;
using Sentinel.Scanning.Policies;
using Sentinel.Scanning.Reporting;

namespace Sentinel.Cli;

/// <summary>Carries out one command line: scan, leave out what is known, report.</summary>
internal static class Scan
{
    private const long MaxCacheBytes = 512L * 1024 * 1024;
    private const long MaxBaselineBytes = 256L * 1024 * 1024;
    private const long MaxIgnoreBytes = 4L * 1024 * 1024;

    /// <summary>What was asked for; the reports are already written.</summary>
    /// <exception cref="CliException">The person can put it right.</exception>
    /// <exception cref="GitException">The repository cannot be read.</exception>
    public static async Task<ScanResult> RunAsync(ScanRequest request, CancellationToken cancellationToken)
    {
        if (request.Mode != ScanMode.StandardInput && !Path.Exists(request.Path)) throw new CliException($"{request.Path}: there is no such file or folder.");
        Reports.Check(request.Reports);
        if (request.CacheFile is { } named) FileAnalysisCache.Check(named);
        var notes = new List<string>();
        var analyzers = request.Rules.Load(notes);
        // A user's rule may have the name of another analyzer's.
        RuleDescriptor? Rule(string id) => analyzers.Select(a => a.FindRule(id)).FirstOrDefault(r => r is not null) ?? (id == PolicyLoosened.RuleId ? PolicyLoosened.Rule : null);
        var key = FingerprintKey.Read();
        var baseline = request.Baseline is { } file ? Baseline.Read(file, BoundedFile.Read(file, MaxBaselineBytes, $"--baseline {file}"), key) : null;
        var ignore = ReadIgnoreFile(request, notes);

        using var cache = request.CacheFile is { } path ? FileAnalysisCache.Open(path, MaxCacheBytes) : null;
        using var progress = new ProgressLine(request.Mode is ScanMode.History or ScanMode.Since ? "contents" : "files");
        var tools = new ScanTools(new ScanEngine(analyzers), cache is null ? NoAnalysisCache.Instance : cache, OptionsOf(request.Mode, key), new GitLimits(), progress, notes);
        var policy = await ScanPolicy.ReadAsync(request, tools, cancellationToken);
        var outcome = await ScanAsync(request, tools, cancellationToken);
        progress.Dispose();

        var report = baseline is null ? outcome.Report : tools.Recheck(outcome.Report, baseline.Allowed);
        if (request.RequireMarks) report = SuppressionFilter.Count(report, f => f.Suppression is { IsUnmarkedComment: true });
        // The versions of a history stay as they are.
        if (outcome.History is null && CommentMarks.OfUnmarked(report) is { } unmarked) notes.Add(unmarked);
        report = ignore.Apply(report, id => Rule(id) is not null);
        notes.AddRange(ignore.Faults);
        if (outcome.ReadsIgnoreFile) notes.AddRange(ignore.Stale(withCommits: outcome.History is not null));
        if (baseline is not null) report = baseline.Apply(report);
        (report, var verdict) = policy.Apply(report, outcome.ReadsIgnoreFile, notes);
        if (request.Redact) report = Redaction.Of(report);
        if (request.Reports.Any(r => r.Format == ReportFormat.Gitleaks) && report.Findings.Count(f => f.Category != FindingCategory.Secret) is > 0 and var others)
            notes.Add($"{others} findings are no secrets and have no place in the gitleaks format.");
        Reports.Write(request.Reports, report, new ReportContext { History = outcome.History, Notes = notes, KeyId = KeyId.Of(key), Rule = Rule });
        // Whoever reads a file or another program's input still sees them.
        if (!request.Reports.Contains(new ReportTarget(ReportFormat.Table, null)))
        {
            foreach (var note in notes) Messages.Write(note);
        }
        return new ScanResult(report, verdict);
    }

    private static async Task<ScanOutcome> ScanAsync(ScanRequest request, ScanTools tools, CancellationToken cancellationToken)
    {
        switch (request.Mode)
        {
            case ScanMode.History:
                return await new HistoryScan(tools, await tools.RepositoryAsync(request.Path, "--history", cancellationToken)).AllAsync(cancellationToken);
            case ScanMode.Since:
                return await new HistoryScan(tools, await tools.RepositoryAsync(request.Path, "--since", cancellationToken)).SinceAsync(request.Since!, request.Path, cancellationToken);
            case ScanMode.Staged:
                return await StagedScan.RunAsync(tools, await tools.RepositoryAsync(request.Path, "--staged", cancellationToken), cancellationToken);
            case ScanMode.StandardInput:
                return new ScanOutcome(await tools.ScanAsync(await TextSource.ReadAsync(request.StandardInputName, Console.OpenStandardInput(), tools.Options.MaxFileBytes, cancellationToken), cancellationToken));
            default:
                if (File.Exists(request.Path)) await NamedFile.RequireLengthAsync(request.Path, cancellationToken);
                var folder = await FolderSource.OpenAsync(request.Path, tools.Limits, cancellationToken);
                if (request.CacheFile is not null) folder = await folder.WithContentIdsAsync(tools.Options.MaxFileBytes, tools.Options.Parallelism, cancellationToken);
                return new ScanOutcome(await tools.ScanAsync(folder, cancellationToken), ReadsIgnoreFile: Directory.Exists(request.Path));
        }
    }

    // A history is as long as it is. What was read of it is in the cache, so a person may stop and go on.
    private static ScanOptions OptionsOf(ScanMode mode, byte[] key) => mode is ScanMode.History or ScanMode.Since
        ? new ScanOptions { FingerprintKey = key, MaxFiles = int.MaxValue, MaxTotalBytes = long.MaxValue, TotalTimeout = TimeSpan.MaxValue }
        : new ScanOptions { FingerprintKey = key, MaxStreamedBytes = long.MaxValue };

    private static GitleaksIgnore ReadIgnoreFile(ScanRequest request, List<string> notes)
    {
        var file = new FileInfo(Path.Combine(request.Path, GitleaksIgnore.Source));
        if (request.Mode == ScanMode.StandardInput || !Path.Exists(file.FullName)) return GitleaksIgnore.Read("");
        if (file.LinkTarget is null) return GitleaksIgnore.Read(BoundedFile.ReadText(file.FullName, MaxIgnoreBytes, file.FullName));
        // Like every link in what is scanned: it may lead anywhere.
        notes.Add($"{GitleaksIgnore.Source} is a link and was not read.");
        return GitleaksIgnore.Read("");
    }
}
