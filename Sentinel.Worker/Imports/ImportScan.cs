using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Imports;
using Sentinel.Data.Queue;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;
using Sentinel.Git;
using Sentinel.Git.Blobs;
using Sentinel.Git.Policies;
using Sentinel.Scanning;
using Sentinel.Scanning.Imports;
using Sentinel.Scanning.Policies;
using Sentinel.Worker.Checkout;
using Sentinel.Worker.Findings;
using Sentinel.Worker.Policies;
using Sentinel.Worker.Scans;
using Sentinel.Worker.Scans.Incremental;

namespace Sentinel.Worker.Imports;

/// <summary>
/// Makes findings of what other tools said of a commit. The files they name are read again, by Sentinel's analyzers too: identity comes
/// from the code, and what Sentinel sees there itself is one finding with two reporters.
/// </summary>
internal sealed class ImportScan(
    IDbContextFactory<SentinelDbContext> databases, NpgsqlDataSource dataSource, IScanQueue queue, GitMirror mirror, ScanEngines engines,
    IOptions<CheckoutOptions> checkout, IOptions<WorkerOptions> options, TimeProvider time)
{
    /// <summary>False when the lease was lost meanwhile and nothing was written.</summary>
    /// <exception cref="GitException">The repository could not be read, or the results are gone.</exception>
    public async Task<bool> ExecuteAsync(ScanLease lease, Scan scan, Repository repository, byte[] key, ScanProgressReporter progress, CancellationToken cancellationToken)
    {
        var runs = await ReadAsync(scan, cancellationToken);
        await progress.BeginAsync(ScanPhase.Fetch, cancellationToken);
        var fetched = await mirror.FetchAsync(repository.Id, repository.CloneUrl, scan.CommitSha, scan.Ref, cancellationToken);
        var limits = checkout.Value.Reading;
        await progress.BeginAsync(ScanPhase.List, cancellationToken);
        var tree = await GitTree.ReadAsync(fetched.Git, fetched.CommitSha, limits, cancellationToken);
        await using var blobs = new BlobReader(fetched.Git, Environment.ProcessorCount, limits);
        var paths = new TreePaths(tree.Entries);
        var placed = runs.Select(run => new PlacedRun(run, paths)).ToArray();

        await progress.BeginAsync(ScanPhase.Analyse, cancellationToken);
        var standing = await StandingAsync(scan, fetched.Reference, placed, blobs, key, progress, cancellationToken);
        var findings = await FindingsAsync(placed, standing, blobs, key, cancellationToken);
        var whole = OutcomeOf(tree, placed, findings);

        // The caller chose commit and ref: only the policy that holds on the default branch anyway is applied to it.
        var isDefault = fetched.Reference == $"refs/heads/{fetched.DefaultBranch ?? repository.DefaultBranch}" && fetched.CommitSha == repository.HeadCommit;
        var policy = isDefault ? await CommitPolicy.ReadAsync(fetched.Git, fetched.CommitSha, limits, cancellationToken) : null;
        await progress.BeginAsync(ScanPhase.Match, cancellationToken);
        var status = whole.Report.IsComplete ? ScanStatus.Succeeded : ScanStatus.Partial;
        var completed = await queue.CompleteAsync(
            lease,
            async (database, row, token) =>
            {
                (row.CommitSha, row.Ref) = (fetched.CommitSha, fetched.Reference);
                if (await ImportOrder.IsOutdatedAsync(database, row, token))
                {
                    status = row.Status = ScanStatus.Superseded;
                    (row.Phase, row.ErrorDetail) = (ScanPhase.Done, "Results of a newer commit are known, or the pull request is closed: these would tell what is no longer so.");
                }
                else await WriteAsync(database, row, placed, whole, policy, progress, status, token);
                // Read again it would say the same; kept it would only fill the disk.
                await database.SarifImports.Where(i => i.ScanId == row.Id).ExecuteUpdateAsync(i => i.SetProperty(x => x.Content, (byte[]?)null), token);
            },
            cancellationToken);
        if (completed) await progress.PublishAsync(status, CancellationToken.None);
        return completed;
    }

    private async Task<IReadOnlyList<ImportedRun>> ReadAsync(Scan scan, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var content = await database.SarifImports.AsNoTracking().Where(i => i.ScanId == scan.Id).Select(i => i.Content).SingleOrDefaultAsync(cancellationToken);
        return content is null
            ? throw new GitException("import-gone", "The imported results were used up by an earlier attempt. Import the file again.", transient: false)
            : ImportContent.Unpack<ImportedRun>(content);
    }

    // What is known of the very contents: by the analyzers, whose results come from the cache as a rule, and by earlier imports.
    private async Task<ILookup<string, Finding>> StandingAsync(
        Scan scan, string reference, IReadOnlyList<PlacedRun> runs, BlobReader blobs, byte[] key, ScanProgressReporter progress, CancellationToken cancellationToken)
    {
        var files = runs.SelectMany(r => r.Files).DistinctBy(f => f.Path, StringComparer.Ordinal).ToArray();
        var (engine, _) = await engines.CurrentAsync(cancellationToken);
        var settings = new ScanOptions { FingerprintKey = key, MaxFileBytes = checkout.Value.MaxBlobBytes };
        var report = await engine.ScanAsync(new ChangedFiles(files, [], blobs), new PostgresAnalysisCache(dataSource, time), settings, progress, cancellationToken);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var known = await ImportedBefore.ReadAsync(database, scan.RepositoryId, reference, files, cancellationToken);
        return report.Findings.Concat(report.Suppressed).Concat(known).ToLookup(f => f.Location.Path, StringComparer.Ordinal);
    }

    private async Task<List<Finding>> FindingsAsync(
        IReadOnlyList<PlacedRun> runs, ILookup<string, Finding> standing, BlobReader blobs, byte[] key, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var file in runs.SelectMany(r => r.Files).DistinctBy(f => f.Path, StringComparer.Ordinal).OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            var source = await SourceAsync(file, blobs, cancellationToken);
            // The runs one after the other: what one reports, the next may report too.
            var here = standing[file.Path].ToList();
            foreach (var run in runs)
            {
                var found = ImportedFindings.Of(run.Run, run.ResultsIn(file), file.Path, source, here, key, cancellationToken);
                findings.AddRange(found);
                here.AddRange(found);
            }
        }
        return findings;
    }

    private async Task<SourceFile?> SourceAsync(FileEntry file, BlobReader blobs, CancellationToken cancellationToken)
    {
        if (file.Length > checkout.Value.MaxBlobBytes) return null;
        try
        {
            return new SourceFile(file.Path, await blobs.ReadAsync(file.BlobId!, cancellationToken));
        }
        catch (UnreadableBlobException)
        {
            return null;
        }
    }

    private static ScanOutcome OutcomeOf(GitTree tree, IReadOnlyList<PlacedRun> runs, List<Finding> findings)
    {
        var paths = tree.Entries.Select(e => e.Path).ToHashSet(StringComparer.Ordinal);
        // One tool may say the same of one place twice.
        findings = [.. findings.DistinctBy(f => (f.AnalyzerId, f.FingerprintHash, f.Location))];
        return new ScanOutcome
        {
            Importers = [.. runs.Select(r => r.Run.Reporter)],
            Report = new ScanReport
            {
                Findings = findings,
                Plugins = [.. runs.Select(r => r.Report(findings.Count(f => f.AnalyzerId == r.Run.Reporter)))],
                Skipped = [],
                // A tool names what it found and not where it looked: what it does not name is in order.
                Covered = runs.ToDictionary(r => r.Run.Reporter, _ => (IReadOnlySet<string>)paths, StringComparer.Ordinal),
                Files = runs.SelectMany(r => r.Files).DistinctBy(f => f.Path, StringComparer.Ordinal).Count(),
                BytesRead = 0,
                CacheHits = 0,
                RulePackHash = "",
                IsComplete = runs.All(r => r.IsWhole),
            },
            Blobs = tree.Entries.ToDictionary(e => e.Path, e => e.BlobId!, StringComparer.Ordinal),
            ListingComplete = tree.IsComplete,
            SkippedTotal = 0,
            Baseline = null,
        };
    }

    // Each run by itself: what two of them report in one place is one finding, and not two that are equal.
    private async Task WriteAsync(
        SentinelDbContext database, Scan row, IReadOnlyList<PlacedRun> runs, ScanOutcome whole, PolicyReading? policy, ScanProgressReporter progress, ScanStatus status, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var applied = default(AppliedFindings);
        foreach (var run in runs)
        {
            var part = whole with
            {
                Importers = [run.Run.Reporter],
                Report = whole.Report with { Findings = [.. whole.Report.Findings.Where(f => f.AnalyzerId == run.Run.Reporter)] },
            };
            var (opened, closed, total) = await new FindingWriter(database, row, part, options.Value.ExplanationsPerScan, now).ApplyAsync(cancellationToken);
            applied = new AppliedFindings(applied.Opened + opened, applied.Closed + closed, applied.Total + total);
            await database.SaveChangesAsync(cancellationToken);
        }
        await progress.BeginHeldAsync(ScanPhase.Persist, cancellationToken);
        await ImportedRuleStore.SaveAsync(database, row.RepositoryId, runs.Select(r => r.Run), now, cancellationToken);
        var holds = policy is not null && await database.Repositories.AnyAsync(r => r.Id == row.RepositoryId && r.HeadCommit == row.CommitSha, cancellationToken);
        var decided = holds ? await new PolicyWriter(database, row, policy!, now).ApplyAsync(cancellationToken) : null;
        progress.End();
        ScanExecutor.Describe(row, whole.Report, 0, progress, applied, status, policy: decided);
        // Rules of other tools are not known by a hash.
        row.RulePackHash = null;
    }
}
