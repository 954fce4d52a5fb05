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
internal sealed class CommitReader(ScanEngines engines, NpgsqlDataSource dataSource, IOptions<CheckoutOptions> checkout, TimeProvider time)
{
    private const int Chunk = 4096;
    private const int MaxSightings = 200_000;
    private const int MaxSkippedListed = 2000;

    /// <summary>Reads one range.</summary>
    /// <exception cref="GitException">Commits or trees are damaged in the mirror.</exception>
    public async Task<HistoricReport> ReadAsync(Reading reading, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (_, secrets) = await engines.CurrentAsync(cancellationToken);
        var limits = checkout.Value.Reading with { MaxBlobs = reading.MaxBlobs };
        var run = new Run(reading, limits);
        await using var own = reading.Blobs is null ? new BlobReader(reading.Git, Environment.ProcessorCount, limits) : null;
        var reader = reading.Blobs ?? own!;
        var tally = new HistoryTally();
        var chunk = new List<HistoricBlob>(Chunk);
        try
        {
            await foreach (var blob in HistoryReader.ReadAsync(reading.Git, reading.Range, tally, secrets.PathClass, limits, cancellationToken))
            {
                chunk.Add(blob);
                if (chunk.Count < Chunk) continue;
                await AnalyseAsync(run, secrets.Engine, reader, chunk, cancellationToken);
                if (reading.MayGoOn is { } mayGoOn) await mayGoOn();
                if (run.Found.Count >= MaxSightings || time.GetElapsedTime(started) > reading.Limit) break;
            }
        }
        catch (GitException ex) when (!IsDamage(ex))
        {
            // What was listed before is sound; what is left is named, with git's reason.
            run.Skip(new SkippedEntry($"{reading.Name}: {ex.Message}", 0, ex.Code == "timeout" ? SkipReason.Timeout : SkipReason.Unreadable));
        }
        await AnalyseAsync(run, secrets.Engine, reader, chunk, cancellationToken);
        if (!tally.IsComplete && run.IsComplete) run.Skip(new SkippedEntry($"{reading.Name}: what follows {tally.Blobs} contents of {tally.Commits} commits", 0, SkipReason.Limit));
        return new HistoricReport(run.Sightings, run.Skipped, run.IsComplete, IsWhole: false, run.Blobs, run.BytesRead, run.CacheHits);
    }

    private async Task AnalyseAsync(Run run, ScanEngine engine, BlobReader reader, List<HistoricBlob> chunk, CancellationToken cancellationToken)
    {
        if (chunk.Count == 0) return;
        var files = await HistoricFiles.OfAsync(chunk, reader, cancellationToken);
        var report = await engine.ScanAsync(
            files, new PostgresAnalysisCache(dataSource, time), new ScanOptions { FingerprintKey = run.Reading.Key, MaxFileBytes = run.Limits.MaxBlobBytes }, null, cancellationToken);
        foreach (var finding in report.Findings.Where(f => f.Category == FindingCategory.Secret))
        {
            var blob = files.BlobOf(finding.Location.Path);
            run.Found.Add((run.Blobs + HistoricFiles.OrderOf(finding.Location.Path), new Sighting(finding with { Location = finding.Location with { Path = blob.Path } }, blob, run.Reading.PushedAt)));
        }
        // A content without text holds no secret that these rules could see; the tree's own report lists such files once.
        foreach (var (skipped, blob) in report.Skipped.Where(s => s.Reason is not (SkipReason.Binary or SkipReason.LfsPointer)).Select(s => (s, files.BlobOf(s.Path))))
        {
            if (!run.Reading.Told.Contains(blob.BlobId)) run.Skip(skipped with { Path = Named(blob) });
        }
        foreach (var error in report.Plugins.SelectMany(p => p.Errors)) run.Skip(new SkippedEntry($"{Named(files.BlobOf(error.Path))}: {error.Message}", 0, SkipReason.Unreadable));
        run.Add(chunk.Count, report);
        run.Reading.Progress?.Report(new ScanProgressSample(run.Blobs, run.Blobs + Chunk));
        chunk.Clear();
    }

    /// <summary>Whether the mirror may be at fault: the remote's copy is asked before anything is believed.</summary>
    public static bool IsDamage(GitException fault) => fault.Code is "corrupt" or "commit-not-found" or "git-failed";

    private static string Named(HistoricBlob blob) => $"{blob.Path} in commit {blob.CommitId[..12]}";

    /// <summary>What one reading has so far.</summary>
    private sealed class Run(Reading reading, GitLimits limits)
    {
        private readonly List<SkippedEntry> _skipped = [];

        public Reading Reading => reading;

        public GitLimits Limits => limits;

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
