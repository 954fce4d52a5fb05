using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Sentinel.Contracts.CustomRules;
using Sentinel.Contracts.Findings;
using Sentinel.Data;
using Sentinel.Data.Repositories;
using Sentinel.Git;
using Sentinel.Git.Blobs;
using Sentinel.Scanning;
using Sentinel.Worker.Checkout;
using Finding = Sentinel.Scanning.Finding;

namespace Sentinel.Worker.CustomRules;

/// <summary>Tries a rule over the head of one repository.</summary>
internal sealed class RepositoryTrial(IDbContextFactory<SentinelDbContext> databases, GitMirror mirror, IOptions<CheckoutOptions> checkout, IOptions<DryRunOptions> options)
{
    private const int MaxSamples = 50;

    private static readonly TimeSpan FileLimit = TimeSpan.FromSeconds(10);

    /// <summary>The difference, and how many files were read.</summary>
    public async Task<(DryRunRepository Result, int Files)> RunAsync(Repository repository, RuleDifference difference, CancellationToken cancellationToken)
    {
        var added = new Dictionary<string, Finding>(StringComparer.Ordinal);
        var removed = new Dictionary<string, Finding>(StringComparer.Ordinal);
        var files = 0;
        string? missing = null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Value.RepositoryLimit);
        try
        {
            (files, missing) = await ReadAsync(repository, difference, added, removed, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            missing = $"not finished within {options.Value.RepositoryLimit.TotalMinutes:0.#} minutes (DryRun:RepositoryLimit)";
        }
        catch (GitException ex)
        {
            missing = ex.Message;
        }

        await ForgetKnownAsync(repository, added, cancellationToken);
        var samples = added.Values.Select(f => Sample(f, true)).Take(MaxSamples).Concat(removed.Values.Select(f => Sample(f, false)).Take(MaxSamples)).Take(MaxSamples);
        return (new DryRunRepository(repository.Id, repository.FullName, added.Count, removed.Count, [.. samples], missing is null ? null : PostgresText.Clean(missing, 500)), files);
    }

    private async Task<(int Files, string? Missing)> ReadAsync(
        Repository repository, RuleDifference difference, Dictionary<string, Finding> added, Dictionary<string, Finding> removed, CancellationToken cancellationToken)
    {
        var reference = repository.DefaultBranch is { } branch ? $"refs/heads/{branch}" : "HEAD";
        var fetched = await mirror.FetchAsync(repository.Id, repository.CloneUrl, repository.HeadCommit, reference, cancellationToken);
        var tree = await GitTree.ReadAsync(fetched.Git, fetched.CommitSha, checkout.Value.Reading, cancellationToken);
        await using var blobs = new BlobReader(fetched.Git, 1, checkout.Value.Reading);
        var (files, bytes, unread) = (0, 0L, 0);
        foreach (var entry in tree.Entries.DistinctBy(e => e.BlobId))
        {
            if (entry.Length > checkout.Value.MaxBlobBytes || bytes + entry.Length > options.Value.MaxBytes)
            {
                unread++;
                continue;
            }
            bytes += entry.Length;
            if (await TryAsync(blobs, entry, difference, cancellationToken) is not { } change)
            {
                unread++;
                continue;
            }
            files++;
            foreach (var finding in change.Added) added.TryAdd(finding.FingerprintHash, finding);
            foreach (var finding in change.Removed) removed.TryAdd(finding.FingerprintHash, finding);
        }
        // What stands in another file too is neither new nor gone.
        foreach (var both in added.Keys.Intersect(removed.Keys).ToArray())
        {
            added.Remove(both);
            removed.Remove(both);
        }
        return (files, unread > 0 ? $"{unread} files: too large, unreadable, or beyond the limits" : tree.IsComplete ? null : "the listing of files was cut");
    }

    private static async Task<(IReadOnlyList<Finding> Added, IReadOnlyList<Finding> Removed)?> TryAsync(
        BlobReader blobs, FileEntry entry, RuleDifference difference, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(FileLimit);
        try
        {
            return await difference.OfAsync(new SourceFile(entry.Path, await blobs.ReadAsync(entry.BlobId!, limit.Token)), limit.Token);
        }
        catch (Exception ex) when (ex is IOException || (ex is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    // A value that another rule already reports elsewhere in the repository stays one finding.
    private async Task ForgetKnownAsync(Repository repository, Dictionary<string, Finding> added, CancellationToken cancellationToken)
    {
        if (added.Count == 0) return;
        var fingerprints = added.Keys.ToArray();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var known = await database.Findings
            .Where(f => f.RepositoryId == repository.Id && fingerprints.Contains(f.Fingerprint) && f.State != FindingState.Fixed)
            .Select(f => f.Fingerprint).ToListAsync(cancellationToken);
        foreach (var fingerprint in known) added.Remove(fingerprint);
    }

    private static CustomRuleSample Sample(Finding finding, bool added) =>
        new(added, PostgresText.Clean(finding.Location.Path, 500), finding.Location.Region.StartLine, PostgresText.Clean(finding.MaskedPreview ?? "", 100));
}
