using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Queue;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;
using Sentinel.Git;
using Sentinel.Git.Blobs;
using Sentinel.Git.History;
using Sentinel.Scanning;
using Sentinel.Worker.Checkout;

namespace Sentinel.Worker.Exposure;

/// <summary>
/// The commits of a push between its two ends, and those that a force push or a deletion dropped: a secret that was added and removed
/// on the way is in nobody's tree and still in everybody's reach.
/// </summary>
internal sealed class PushedCommits(
    IDbContextFactory<SentinelDbContext> databases, GitMirror mirror, CommitReader reader, IOptions<ExposureOptions> options, IOptions<CheckoutOptions> checkout,
    IOptions<ScanQueueOptions> queue, TimeProvider time)
{
    // A new repository's first push may have any number of commits; what is left is read by the scan of its history.
    private const int MaxFirstDepth = 1024;

    /// <summary>Reads what a scan answers for.</summary>
    /// <param name="blobs">Reads <paramref name="git"/>; null when there is none yet.</param>
    /// <param name="head">The scanned commit; null when the ref was deleted.</param>
    /// <param name="standing">Contents of the scanned tree.</param>
    /// <param name="lease">In the last attempt a fault that might pass is told in the report instead of being tried again.</param>
    /// <exception cref="GitException">The remote does not answer, or the mirror was damaged and has to be made again.</exception>
    public async Task<HistoricReport> ReadAsync(
        Scan scan, Repository repository, GitRunner git, BlobReader? blobs, string? head, IReadOnlySet<string> standing, byte[] key, ScanLease lease, CancellationToken cancellationToken)
    {
        var parts = new List<HistoricReport>();
        try
        {
            // A tag may name a tree or a single file: there are no commits then.
            var tip = head is null || !scan.Ref.StartsWith("refs/tags/", StringComparison.Ordinal) ? head : await GitRefs.ResolveAsync(git, head, checkout.Value.Reading, cancellationToken);
            if (head is not null && tip is null) return HistoricReport.Nothing;
            var started = time.GetTimestamp();
            await foreach (var range in RangesAsync(scan, repository, tip, parts, cancellationToken))
            {
                if (!await ConnectAsync(repository, range, parts, cancellationToken)) continue;
                var reading = new Reading(
                    git, HistoryRange.Reachable([range.From], range.NotFrom), range.Name, key, options.Value.MaxPushBlobs, options.Value.PushTimeout - time.GetElapsedTime(started));
                parts.Add(await reader.ReadAsync(reading with { PushedAt = range.PushedAt, Blobs = blobs, Told = standing }, cancellationToken));
            }
        }
        catch (GitException ex) when (CommitReader.IsDamage(ex) && lease.Attempt == 1)
        {
            await mirror.DiscardAsync(repository.Id, repository.CloneUrl, cancellationToken);
            throw new GitException(ex.Code, ex.Message, transient: true);
        }
        catch (GitException ex) when (!ex.Transient || CommitReader.IsDamage(ex) || lease.Attempt >= queue.Value.MaxAttempts)
        {
            parts.Add(NotRead($"Commits of {scan.Ref}: {ex.Message}", SkipReason.Unreadable));
        }
        return Join(parts);
    }

    private async IAsyncEnumerable<Range> RangesAsync(
        Scan scan, Repository repository, string? head, List<HistoricReport> parts, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var pushes = await PushChain.LoadAsync(database, scan, cancellationToken);
        if (head is not null) pushes = [.. pushes.SkipLast(1), pushes[^1] with { After = head }];

        var dropped = new List<(string Commit, string Name)>();
        foreach (var push in pushes)
        {
            var before = push.Before is { } b && await IsServedAsync(repository, b, $"Commits up to {b[..12]}, where {scan.Ref} stood before", parts, cancellationToken) ? b : null;
            if (before is not null) dropped.Add((before, $"Commits dropped from {scan.Ref} at {before[..12]}"));
            if (push.After is not { } after || (after != head && !await IsServedAsync(repository, after, $"Commits up to {after[..12]}, where {scan.Ref} stood for a while", parts, cancellationToken)))
                continue;
            if (after != head) dropped.Add((after, $"Commits dropped from {scan.Ref} at {after[..12]}"));
            if (await StartAsync(database, scan, repository, push with { Before = before }, after, cancellationToken) is { } notFrom)
                yield return new Range(after, notFrom, $"Commits up to {after[..12]} of {scan.Ref}", push.ReceivedAt, notFrom.Count == 0 ? MaxFirstDepth : options.Value.MaxPushDepth);
        }

        var kept = head ?? await mirror.FetchDefaultAsync(repository.Id, repository.CloneUrl, cancellationToken);
        foreach (var (commit, name) in dropped.Where(d => d.Commit != kept).DistinctBy(d => d.Commit))
            yield return new Range(commit, kept is null ? [] : [kept], name, PushedAt: null, options.Value.MaxPushDepth);
    }

    // Where the new commits begin: empty means at the root, null that nothing says that they are new.
    private async Task<IReadOnlyList<string>?> StartAsync(SentinelDbContext database, Scan scan, Repository repository, Push push, string after, CancellationToken cancellationToken)
    {
        if (push.Base is { } target && await mirror.TryFetchCommitAsync(repository.Id, repository.CloneUrl, target, cancellationToken)) return [target];
        if (push.Before is { } before) return [before];
        if (scan.Kind is not (ScanKind.Push or ScanKind.PullRequest) && push.ReceivedAt is null) return null;
        if (await LastScannedAsync(database, scan, cancellationToken) is { } last && await mirror.TryFetchCommitAsync(repository.Id, repository.CloneUrl, last, cancellationToken)) return [last];
        if (scan.Ref == $"refs/heads/{repository.DefaultBranch}") return [];
        var head = await mirror.FetchDefaultAsync(repository.Id, repository.CloneUrl, cancellationToken);
        return head is null || head == after ? [] : [head];
    }

    // Nobody said where the ref stood before, but it was looked at there.
    private static async Task<string?> LastScannedAsync(SentinelDbContext database, Scan scan, CancellationToken cancellationToken) =>
        await database.Scans.Where(s => s.RepositoryId == scan.RepositoryId && s.Ref == scan.Ref && s.Id != scan.Id && s.Kind != ScanKind.History && s.Kind != ScanKind.Dropped && s.Kind != ScanKind.Import
                && s.CommitSha != null && (s.Status == ScanStatus.Succeeded || s.Status == ScanStatus.Partial))
            .OrderByDescending(s => s.Id).Select(s => s.CommitSha).FirstOrDefaultAsync(cancellationToken);

    private async Task<bool> IsServedAsync(Repository repository, string commit, string name, List<HistoricReport> parts, CancellationToken cancellationToken)
    {
        if (await mirror.TryFetchCommitAsync(repository.Id, repository.CloneUrl, commit, cancellationToken)) return true;
        parts.Add(NotRead(name, SkipReason.NotServed));
        return false;
    }

    private async Task<bool> ConnectAsync(Repository repository, Range range, List<HistoricReport> parts, CancellationToken cancellationToken)
    {
        if (await mirror.ConnectAsync(repository.Id, repository.CloneUrl, [range.From], range.NotFrom, range.MaxDepth, cancellationToken)) return true;
        if (range.NotFrom.Count > 0 || !options.Value.HistoryAfterFirstScan) parts.Add(NotRead(range.Name, SkipReason.Limit));
        return false;
    }

    private static HistoricReport NotRead(string name, string reason) => HistoricReport.Nothing with { Skipped = [new SkippedEntry(name, 0, reason)], IsComplete = false };

    private static HistoricReport Join(List<HistoricReport> parts) => new(
        [.. parts.SelectMany(p => p.Sightings)], [.. parts.SelectMany(p => p.Skipped)], parts.All(p => p.IsComplete), IsWhole: false, parts.Sum(p => p.Blobs),
        parts.Sum(p => p.BytesRead), parts.Sum(p => p.CacheHits));

    private sealed record Range(string From, IReadOnlyList<string> NotFrom, string Name, DateTimeOffset? PushedAt, int MaxDepth);
}
