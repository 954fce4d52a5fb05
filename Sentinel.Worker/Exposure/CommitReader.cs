using Microsoft.Extensions.Options;
using Npgsql;
using Sentinel.Git;
using Sentinel.Git.Blobs;
using Sentinel.Git.History;
using Sentinel.Scanning;
using Sentinel.Worker.Checkout;
using Sentinel.Worker.Scans;

namespace Sentinel.Worker.Exposure;

/// <summary>
/// Looks for secrets in what commits brought, each distinct content once. Results go through the same cache as those of trees, so that
/// reading the same commits again costs a lookup, and a reading that was stopped goes on where it was.
/// </summary>
internal sealed class CommitReader(SecretEngine secrets, NpgsqlDataSource dataSource, IOptions<CheckoutOptions> checkout, TimeProvider time)
{
    private const int Chunk = 4096;
    private const int MaxSightings = 200_000;
    private const int MaxSkippedListed = 2000;

    /// <summary>Reads one range.</summary>
    /// <param name="what">The range as the report names it where it is cut.</param>
    /// <param name="pushedAt">When the push with these commits was received; null when unknown.</param>
    /// <param name="maxBlobs">Contents after which it is cut.</param>
    /// <param name="limit">Time after which it is cut.</param>
    /// <param name="progress">Told contents done and listed; null when nobody watches.</param>
    /// <param name="mayGoOn">Asked between two bundles of contents; throwing ends the reading.</param>
    public async Task<HistoricReport> ReadAsync(
        GitRunner git, HistoryRange range, string what, DateTimeOffset? pushedAt, byte[] key, int maxBlobs, TimeSpan limit, IProgress<ScanProgressSample>? progress,
        Func<Task>? mayGoOn, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var limits = checkout.Value.Reading with { MaxBlobs = maxBlobs };
        var run = new Run(git, limits, pushedAt, key);
        await using var reader = new BlobReader(git, Environment.ProcessorCount, limits);
        var tally = new HistoryTally();
        var chunk = new List<HistoricBlob>(Chunk);
        try
        {
            await foreach (var blob in HistoryReader.ReadAsync(git, range, tally, secrets.PathClass, limits, cancellationToken))
            {
                chunk.Add(blob);
                if (chunk.Count < Chunk) continue;
                await AnalyseAsync(run, reader, chunk, progress, cancellationToken);
                if (mayGoOn is not null) await mayGoOn();
                if (run.Found.Count >= MaxSightings || time.GetElapsedTime(started) > limit) break;
            }
        }
        catch (GitException ex)
        {
            // What was listed before is sound; what is left is named, with git's reason.
            run.Skip(new SkippedEntry($"{what}: {ex.Message}", 0, ex.Code == "timeout" ? SkipReason.Timeout : SkipReason.Unreadable));
        }
        await AnalyseAsync(run, reader, chunk, progress, cancellationToken);
        if (!tally.IsComplete && run.IsComplete) run.Skip(new SkippedEntry($"{what}: what follows {tally.Blobs} contents of {tally.Commits} commits", 0, SkipReason.Limit));
        return new HistoricReport(run.Sightings, run.Skipped, run.IsComplete, IsWhole: false, run.Blobs, run.BytesRead, run.CacheHits);
    }

    private async Task AnalyseAsync(Run run, BlobReader reader, List<HistoricBlob> chunk, IProgress<ScanProgressSample>? progress, CancellationToken cancellationToken)
    {
        if (chunk.Count == 0) return;
        var files = await HistoricFiles.OfAsync(run.Git, chunk, reader, run.Limits, cancellationToken);
        var report = await secrets.Engine.ScanAsync(
            files, new PostgresAnalysisCache(dataSource, time), new ScanOptions { FingerprintKey = run.Key, MaxFileBytes = run.Limits.MaxBlobBytes }, null, cancellationToken);
        foreach (var finding in report.Findings.Where(f => f.Category == FindingCategory.Secret))
        {
            var blob = files.BlobOf(finding.Location.Path);
            run.Found.Add((run.Blobs + HistoricFiles.OrderOf(finding.Location.Path), new Sighting(finding with { Location = finding.Location with { Path = blob.Path } }, blob, run.PushedAt)));
        }
        foreach (var skipped in report.Skipped) run.Skip(skipped with { Path = Named(files.BlobOf(skipped.Path)) });
        foreach (var error in report.Plugins.SelectMany(p => p.Errors)) run.Skip(new SkippedEntry($"{Named(files.BlobOf(error.Path))}: {error.Message}", 0, SkipReason.Unreadable));
        run.Add(chunk.Count, report);
        progress?.Report(new ScanProgressSample(run.Blobs, run.Blobs + Chunk));
        chunk.Clear();
    }

    private static string Named(HistoricBlob blob) => $"{blob.Path} in commit {blob.CommitId[..12]}";

    /// <summary>What one reading has so far.</summary>
    private sealed class Run(GitRunner git, GitLimits limits, DateTimeOffset? pushedAt, byte[] key)
    {
        private readonly List<SkippedEntry> _skipped = [];

        public GitRunner Git => git;

        public GitLimits Limits => limits;

        public DateTimeOffset? PushedAt => pushedAt;

        public byte[] Key => key;

        public List<(int Order, Sighting Sighting)> Found { get; } = [];

        // The engine orders by path; what came first matters here.
        public IReadOnlyList<Sighting> Sightings => [.. Found.OrderBy(f => f.Order).Select(f => f.Sighting)];

        public IReadOnlyList<SkippedEntry> Skipped => _skipped;

        public bool IsComplete { get; private set; } = true;

        public int Blobs { get; private set; }

        public long BytesRead { get; private set; }

        public int CacheHits { get; private set; }

        public void Add(int blobs, ScanReport report)
        {
            Blobs += blobs;
            BytesRead += report.BytesRead;
            CacheHits += report.CacheHits;
            IsComplete &= report.IsComplete;
        }

        public void Skip(SkippedEntry entry)
        {
            IsComplete &= entry.Reason is not (SkipReason.Timeout or SkipReason.Unreadable or SkipReason.Limit or SkipReason.NotServed);
            if (_skipped.Count < MaxSkippedListed) _skipped.Add(entry);
        }
    }
}
