using System.Collections.Concurrent;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Sentinel.Contracts.Live;
using Sentinel.Data;
using Sentinel.Data.Exposure;
using Sentinel.Data.Queue;
using Sentinel.Data.Repositories;
using Sentinel.Git;
using Sentinel.Worker.Checkout;

namespace Sentinel.Worker.Exposure;

/// <summary>
/// Compares leaked secrets with the remote's refs: which of them lead to a commit with the value, and if none does, whether the remote
/// still hands the commits out. Runs after a scan was written; what it could not do stays marked and is tried after the next scan.
/// </summary>
internal sealed partial class ExposureReach(
    IDbContextFactory<SentinelDbContext> databases, GitMirror mirror, IScanProgressBus bus, IOptions<ExposureOptions> options, IOptions<CheckoutOptions> checkout,
    TimeProvider time, ILogger<ExposureReach> logger)
{
    // Any of these leading to a ref is enough; a value that stands in more commits is reachable through the others too.
    private const int MaxCommits = 200;
    private const int MaxAsked = 5;
    private const long MaxRefList = 32L * 1024 * 1024;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // Other scans wait for the worker's slot; what is left is compared after the next scan.
    private static readonly TimeSpan MaxComparing = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<Guid, SemaphoreSlim> _gates = new();

    /// <summary>Brings the marked secrets of a repository up to date. What another scan of this worker compares meanwhile is not compared twice.</summary>
    public async Task RefreshAsync(Repository repository, CancellationToken cancellationToken)
    {
        var gate = _gates.GetOrAdd(repository.Id, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (await TryRefreshAsync(repository, cancellationToken)) return;
            // The next scan may be weeks away: what failed for a moment is tried once more.
            await Task.Delay(Pause, time, cancellationToken);
            await TryRefreshAsync(repository, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    // False when it failed and may succeed in a moment.
    private async Task<bool> TryRefreshAsync(Repository repository, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var due = await database.SecretExposures.AsNoTracking().Where(e => e.RepositoryId == repository.Id && e.RefsCompared < e.RefsAsked)
            .OrderBy(e => e.RefsCheckedAt != null).ThenBy(e => e.FindingId).Select(e => new DueExposure(e.FindingId, e.RefsAsked, e.IntroducedCommit))
            .Take(options.Value.MaxRefChecks).ToListAsync(cancellationToken);
        if (due.Count == 0) return true;
        try
        {
            var whole = await mirror.FetchAllAsync(repository.Id, repository.CloneUrl, cancellationToken);
            var begun = time.GetTimestamp();
            foreach (var exposure in due.TakeWhile(_ => time.GetElapsedTime(begun) < MaxComparing))
            {
                var commits = await database.SecretCommits.Where(c => c.FindingId == exposure.FindingId)
                    .OrderByDescending(c => c.CommitSha == exposure.IntroducedCommit).ThenBy(c => c.CommittedAt).Select(c => c.CommitSha).Take(MaxCommits).ToListAsync(cancellationToken);
                if (!await WriteAsync(database, exposure, await CompareAsync(repository, whole.Git, commits, cancellationToken), cancellationToken)) continue;
                await bus.PublishAsync(new LiveEvent("findings.changed", time.GetUtcNow(), repository.Id, null, exposure.FindingId, null), cancellationToken);
            }
        }
        catch (GitException ex)
        {
            if (!ex.Transient)
            {
                // It would fail the same way after each scan; the next time one of them is seen it is tried again.
                foreach (var exposure in due)
                    await Unanswered(database, exposure).ExecuteUpdateAsync(e => e.SetProperty(x => x.RefsCompared, exposure.Asked), cancellationToken);
            }
            LogNotCompared(repository.Id, due.Count, ex.Code);
            return ex is not { Transient: true, NotBefore: null, Code: not "timeout" };
        }
        return true;
    }

    // False when a later comparison was there before.
    private async Task<bool> WriteAsync(SentinelDbContext database, DueExposure exposure, Reach reach, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> names = [.. reach.Refs.Take(SecretExposure.MaxRefs)];
        var now = time.GetUtcNow();
        return await Unanswered(database, exposure).ExecuteUpdateAsync(
            e => e.SetProperty(x => x.Refs, names).SetProperty(x => x.RefsTotal, reach.Refs.Count).SetProperty(x => x.Dropped, reach.Dropped)
                .SetProperty(x => x.StillServed, reach.StillServed).SetProperty(x => x.RefsCompared, exposure.Asked)
                .SetProperty(x => x.RefsCheckedAt, now).SetProperty(x => x.UpdatedAt, now),
            cancellationToken) > 0;
    }

    private static IQueryable<SecretExposure> Unanswered(SentinelDbContext database, DueExposure exposure) =>
        database.SecretExposures.Where(e => e.FindingId == exposure.FindingId && e.RefsCompared < exposure.Asked);

    private async Task<Reach> CompareAsync(Repository repository, GitRunner git, List<string> commits, CancellationToken cancellationToken)
    {
        var here = new List<string>();
        foreach (var commit in commits)
        {
            if (await GitRefs.ResolveAsync(git, commit, checkout.Value.Reading, cancellationToken) is not null) here.Add(commit);
        }
        var refs = here.Count == 0 ? [] : await RefsAsync(git, here, cancellationToken);
        // Without a commit nothing is known yet: the history was not read.
        var dropped = commits.Count > 0 && refs.Count == 0;
        return new Reach(refs, dropped, dropped ? await IsServedAsync(repository, commits, cancellationToken) : null);
    }

    private async Task<bool> IsServedAsync(Repository repository, List<string> commits, CancellationToken cancellationToken)
    {
        foreach (var commit in commits.Take(MaxAsked))
        {
            if (await mirror.ServesAsync(repository.Id, repository.CloneUrl, commit, cancellationToken)) return true;
        }
        return false;
    }

    private async Task<List<string>> RefsAsync(GitRunner git, List<string> commits, CancellationToken cancellationToken)
    {
        var listed = await git.RunAsync(
            ["for-each-ref", "--format=%(refname)", .. commits.Select(c => $"--contains={c}"), GitMirror.RemoteRefs], checkout.Value.CommandTimeout, MaxRefList, cancellationToken);
        if (listed.ExitCode != 0) throw GitFault.Of("asking which refs hold a commit", listed);
        return [.. Encoding.UTF8.GetString(listed.Output).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(name => PostgresText.Clean("refs/" + name[GitMirror.RemoteRefs.Length..], 1000)).Order(RefOrder.Instance)];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Secrets} secrets of repository {RepositoryId} could not be compared with its refs ({Code}); a later scan tries again")]
    private partial void LogNotCompared(Guid repositoryId, int secrets, string code);

    /// <param name="Asked">What <see cref="SecretExposure.RefsAsked"/> was before the refs were looked at.</param>
    private sealed record DueExposure(Guid FindingId, int Asked, string? IntroducedCommit);

    /// <param name="Refs">All of them, full names, sorted.</param>
    private sealed record Reach(List<string> Refs, bool Dropped, bool? StillServed);

    /// <summary>Branches, then pull requests, then tags: the list is cut at its end, and branches say most.</summary>
    private sealed class RefOrder : IComparer<string>
    {
        public static RefOrder Instance { get; } = new();

        public int Compare(string? x, string? y) => Rank(x!) is var a && Rank(y!) is var b && a != b ? a.CompareTo(b) : string.CompareOrdinal(x, y);

        private static int Rank(string name) =>
            name.StartsWith("refs/heads/", StringComparison.Ordinal) ? 0 : name.StartsWith("refs/pull/", StringComparison.Ordinal) ? 1 : 2;
    }
}
