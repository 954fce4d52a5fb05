using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Liveness;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Feedback;
using Sentinel.Data.Noise;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;
using Sentinel.GitHub;
using Sentinel.GitHub.Errors;
using Sentinel.GitHub.PullRequests;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.Worker.Feedback;

/// <summary>Reads what there is to say of a commit. GitHub is asked only for what it alone knows: merge bases and diffs.</summary>
internal sealed class HeadStates(GitHubAddresses addresses, DashboardAddress dashboard, TimeProvider time)
{
    /// <summary>
    /// The state of a commit over all that it is the head of; null when nothing is to be said of it. A commit that is the head of several
    /// open pull requests fails when it fails for one: else a second pull request, to a branch that has the defects already, would make
    /// the first one green.
    /// </summary>
    /// <exception cref="GitHubException">GitHub does not say what is needed.</exception>
    public async Task<HeadState?> OfCommitAsync(
        SentinelDbContext database, GitHubConnection connection, Repository repository, string headSha, CancellationToken cancellationToken)
    {
        var scans = await database.Scans.AsNoTracking()
            .Where(s => s.RepositoryId == repository.Id && s.CommitSha == headSha && s.Kind != ScanKind.History && s.Kind != ScanKind.Dropped && s.Kind != ScanKind.Heartbeat && s.Kind != ScanKind.Import)
            .OrderBy(s => s.Id).ToListAsync(cancellationToken);
        var numbers = scans.Select(s => s.PullRequestNumber).OfType<int>().Distinct().ToArray();
        var pulls = await database.PullRequests.AsNoTracking().Where(p => p.RepositoryId == repository.Id && numbers.Contains(p.Number)).ToDictionaryAsync(p => p.Number, cancellationToken);
        var states = new List<HeadState>();
        foreach (var scan in Governing(scans, pulls, repository))
        {
            var pull = scan.PullRequestNumber is { } number ? pulls.GetValueOrDefault(number) : null;
            if (await OfScanAsync(database, connection, repository, scan, pull, cancellationToken) is { } state) states.Add(state);
        }
        return states.Count == 0 ? null : Merge(states);
    }

    /// <summary>The state of a pull request's head; null while it has no result.</summary>
    /// <exception cref="GitHubException">GitHub does not say what is needed.</exception>
    public async Task<HeadState?> OfPullRequestAsync(
        SentinelDbContext database, GitHubConnection connection, Repository repository, PullRequest pull, CancellationToken cancellationToken)
    {
        var scan = await database.Scans.AsNoTracking()
            .Where(s => s.RepositoryId == repository.Id && s.CommitSha == pull.HeadSha && s.PullRequestNumber == pull.Number)
            .OrderByDescending(s => s.Id).FirstOrDefaultAsync(cancellationToken);
        return scan is { Status: ScanStatus.Succeeded or ScanStatus.Partial } ? await OfScanAsync(database, connection, repository, scan, pull, cancellationToken) : null;
    }

    // The newest scan for each thing that the commit is the head of. Of branches only the default one has a check: on the others each
    // commit would have two, the second from its pull request.
    private static List<Scan> Governing(List<Scan> scans, Dictionary<int, PullRequest> pulls, Repository repository)
    {
        var newest = scans.Where(s => s.PullRequestNumber is not null || s.Kind == ScanKind.Rerun || s.Ref == $"refs/heads/{repository.DefaultBranch}")
            .GroupBy(s => s.PullRequestNumber?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? s.Ref).Select(g => g.Last()).OrderBy(s => s.Id).ToList();
        var open = newest.Where(s => s.PullRequestNumber is { } number && pulls.GetValueOrDefault(number) is null or { State: PullRequestState.Open }).ToList();
        var ofPulls = newest.Where(s => s.PullRequestNumber is not null).ToList();
        return open.Count > 0 ? open : ofPulls.Count > 0 ? ofPulls : newest;
    }

    private static HeadState Merge(List<HeadState> states)
    {
        var newest = states[^1];
        if (states.Count == 1) return newest;
        var worst = states.Find(s => !s.HasEnded) ?? states.Find(s => !s.HasResult) ?? states.MaxBy(s => s.Introduced.Count())!;
        var merged = worst with { ScanId = newest.ScanId, PullRequest = newest.PullRequest };
        return worst.HasResult
            ? merged with
            {
                Status = states.Any(s => s.Status == ScanStatus.Partial) ? ScanStatus.Partial : ScanStatus.Succeeded,
                Allowed = states.Max(s => s.Allowed),
                Settled = states.Max(s => s.Settled),
                Findings = [.. states.SelectMany(s => s.Findings).GroupBy(f => f.Key).Select(g => g.MinBy(f => f.Origin)!).Order(Worst)],
            }
            : merged;
    }

    private async Task<HeadState?> OfScanAsync(
        SentinelDbContext database, GitHubConnection connection, Repository repository, Scan scan, PullRequest? pull, CancellationToken cancellationToken)
    {
        var state = new HeadState
        {
            ScanId = scan.Id,
            PullRequest = scan.PullRequestNumber,
            Repository = repository.FullName,
            WebUrl = new Uri(addresses.Web, repository.FullName).AbsoluteUri,
            Dashboard = await dashboard.FindAsync(cancellationToken),
            HeadSha = scan.CommitSha!,
            Status = scan.Status,
            Phase = scan.Phase,
            FilesDone = scan.FilesDone,
            FilesTotal = scan.FilesTotal,
            FilesSkipped = scan.FilesSkipped,
            ErrorDetail = scan.ErrorDetail,
            Incomplete = scan.Report is null ? [] : [.. scan.Report.Plugins.Where(p => p.Status is "Failed" or "Partial").Select(p => p.PluginId)],
            StartedAt = scan.StartedAt,
            CompletedAt = scan.CompletedAt,
            RequestId = scan.RequestId,
            BaseRef = pull?.BaseRef,
            Comparison = Comparison.None,
            Findings = [],
            Before = 0,
        };
        if (!state.HasResult) return state;
        var snapshot = await database.ScanSnapshots.AsNoTracking().SingleOrDefaultAsync(s => s.ScanId == scan.Id, cancellationToken);
        if (snapshot is null) return null;
        var comparison = await CompareAsync(database, connection, repository, scan, snapshot, pull, cancellationToken);
        if (comparison is null) return state with { WaitsForBase = true };
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var judge = scan.PullRequestNumber is null ? scan.CommitSha
            : await database.ScanSnapshots.Where(s => s.ScanId == scan.Id).Select(s => s.MergeBaseSha).SingleAsync(cancellationToken) ?? scan.BaseSha ?? pull?.BaseSha;
        var policy = await CommitPolicies.OfAsync(connection, repository.FullName, judge, scan.CommitSha!, today, cancellationToken);
        state = Apply(policy, await JudgeAsync(database, connection, repository, state with { Comparison = comparison }, snapshot, cancellationToken));
        return state with
        {
            SilentRules = await SilentRulesAsync(database, repository.Id, state, cancellationToken),
            RemovedSecrets = state.PullRequest is { } told
                ? await FindingNumbers.Of(database, repository.Id, told).Join(database.Findings, n => n.FindingId, f => f.Id, (n, f) => f.State)
                    .CountAsync(finding => finding == FindingState.Removed, cancellationToken)
                : 0,
        };
    }

    // Only pull requests have comments.
    private async Task<IReadOnlySet<string>> SilentRulesAsync(SentinelDbContext database, Guid repositoryId, HeadState state, CancellationToken cancellationToken)
    {
        var minimum = state.Policy.Policy.Comments.MinimumActedOn;
        if (state.PullRequest is null || minimum == 0 || !state.Introduced.Any()) return state.SilentRules;
        var figures = await NoiseFigures.ReadAsync(database, repositoryId, ruleId: null, time.GetUtcNow(), cancellationToken);
        return figures.Where(f => NoiseBudget.IsSilent(f, minimum)).Select(f => f.RuleId).ToFrozenSet(StringComparer.Ordinal);
    }

    // What the policy allows does not count; that a change loosens the policy does.
    private static HeadState Apply(AppliedPolicy policy, HeadState state)
    {
        List<JudgedFinding> counting = [.. state.Findings.Where(f => !policy.Allows(f))];
        var allowed = state.Findings.Count - counting.Count;
        if (policy.Loosened is { } loosened) counting.Add(JudgedFinding.Of(loosened));
        counting.Sort(Worst);
        return state with { Policy = policy, Allowed = allowed, Findings = counting };
    }

    /// <summary>Null while the base is scanned for the first time.</summary>
    private static async Task<Comparison?> CompareAsync(
        SentinelDbContext database, GitHubConnection connection, Repository repository, Scan scan, ScanSnapshot head, PullRequest? pull, CancellationToken cancellationToken)
    {
        var others = database.ScanSnapshots.AsNoTracking().Where(s => s.RepositoryId == repository.Id && s.ScanId != scan.Id).OrderByDescending(s => s.CompletedAt);
        if (scan.PullRequestNumber is null)
        {
            var previous = await others.Where(s => s.CommitSha == scan.BeforeSha || (s.Ref == scan.Ref && s.CommitSha != scan.CommitSha && s.CompletedAt < head.CompletedAt))
                .OrderByDescending(s => s.CommitSha == scan.BeforeSha).ThenByDescending(s => s.CompletedAt).FirstOrDefaultAsync(cancellationToken);
            return With(ComparisonKind.Previous, previous);
        }

        var mergeBase = head.MergeBaseSha ?? await MergeBaseAsync(database, connection, repository, scan, pull, cancellationToken);
        if (mergeBase is not null && await others.FirstOrDefaultAsync(s => s.CommitSha == mergeBase, cancellationToken) is { } exact) return With(ComparisonKind.MergeBase, exact);
        if (pull is null) return Comparison.None;
        var branch = $"refs/heads/{pull.BaseRef}";
        if (await others.FirstOrDefaultAsync(s => s.Ref == branch, cancellationToken) is { } newest) return With(ComparisonKind.BaseBranch, newest);
        var isComing = await database.Scans.AnyAsync(
            s => s.RepositoryId == repository.Id && s.Kind != ScanKind.Import && (s.Status == ScanStatus.Queued || s.Status == ScanStatus.Running)
                && (s.Ref == branch || (s.Ref == "HEAD" && pull.BaseRef == repository.DefaultBranch)),
            cancellationToken);
        return isComing ? null : Comparison.None;

        Comparison With(ComparisonKind kind, ScanSnapshot? snapshot) => snapshot is null
            ? Comparison.None
            : new Comparison(kind, snapshot.CommitSha, snapshot.Findings.Select(f => f.Id).ToHashSet(), snapshot.RulePackHash == head.RulePackHash);
    }

    private static async Task<string?> MergeBaseAsync(
        SentinelDbContext database, GitHubConnection connection, Repository repository, Scan scan, PullRequest? pull, CancellationToken cancellationToken)
    {
        if ((scan.BaseSha ?? pull?.BaseSha) is not { } baseSha) return null;
        try
        {
            var found = await connection.MergeBaseAsync(repository.FullName, baseSha, scan.CommitSha!, cancellationToken);
            await database.ScanSnapshots.Where(s => s.ScanId == scan.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.MergeBaseSha, found), cancellationToken);
            return found;
        }
        catch (GitHubNotFoundException)
        {
            // Histories without a common commit, or a base that was rewritten: the base branch is compared with instead.
            return null;
        }
    }

    private static async Task<HeadState> JudgeAsync(
        SentinelDbContext database, GitHubConnection connection, Repository repository, HeadState state, ScanSnapshot snapshot, CancellationToken cancellationToken)
    {
        var comparison = state.Comparison;
        var diff = state.PullRequest is { } number && !(comparison is { Kind: not ComparisonKind.None, SameRules: true }) && snapshot.Findings.Any(f => !comparison.Findings.Contains(f.Id))
            ? await DiffAsync(connection, repository, number, cancellationToken)
            : null;
        var origins = snapshot.Findings.ToDictionary(f => f.Id, f => Origins.Of(f.Id, f.Path, f.StartLine, f.EndLine, comparison, diff));
        var places = snapshot.Findings.ToDictionary(f => f.Id);
        var old = origins.Where(o => o.Value == FindingOrigin.Before).Select(o => o.Key).ToArray();
        var fresh = origins.Where(o => o.Value != FindingOrigin.Before).Select(o => o.Key).ToArray();
        var findings = await NeedingWork(database, fresh).Select(f => new
        {
            f.Id,
            f.Fingerprint,
            f.Ordinal,
            f.RuleId,
            f.Category,
            f.Severity,
            f.Confidence,
            f.Title,
            f.Message,
            f.Liveness,
        }).ToListAsync(cancellationToken);
        return state with
        {
            Settled = fresh.Except(findings.Select(f => f.Id)).Count(id => origins[id] == FindingOrigin.Introduced),
            Before = await NeedingWork(database, old).CountAsync(cancellationToken),
            Findings =
            [
                .. findings.Select(f => new JudgedFinding(
                    f.Id, JudgedFinding.KeyOf(f.Fingerprint, f.Ordinal), f.RuleId, f.Category, f.Severity, f.Confidence, f.Title, f.Message, places[f.Id].Path,
                    places[f.Id].StartLine, places[f.Id].StartColumn, places[f.Id].EndLine, places[f.Id].EndColumn, origins[f.Id], f.Fingerprint,
                    f.Liveness == LivenessState.Live)
                {
                    Fix = places[f.Id].Fix,
                }).Order(Worst),
            ],
        };
    }

    /// <summary>The diff of a pull request.</summary>
    public static async Task<DiffLines> DiffAsync(GitHubConnection connection, Repository repository, int number, CancellationToken cancellationToken)
    {
        var files = new List<(string, string?)>();
        await foreach (var file in connection.ListFilesAsync(repository.FullName, number, cancellationToken)) files.Add((file.Filename, file.Patch));
        return new DiffLines(files);
    }

    // They stand in the commit, whatever became of them later. A secret that was rotated where it stands is as good as gone.
    internal static IQueryable<Data.Findings.Finding> NeedingWork(SentinelDbContext database, Guid[] ids) =>
        database.Findings.AsNoTracking().Where(f => ids.Contains(f.Id) && f.State != FindingState.Dismissed
            && !(f.State == FindingState.Fixed && database.SecretExposures.Any(e => e.FindingId == f.Id && e.RotatedAt != null)));

    private static Comparer<JudgedFinding> Worst { get; } = Comparer<JudgedFinding>.Create((left, right) =>
        (right.Severity, right.Confidence).CompareTo((left.Severity, left.Confidence)) is var worse and not 0 ? worse
        : string.CompareOrdinal(left.Path, right.Path) is var path and not 0 ? path
        : (left.StartLine, left.StartColumn, left.Key).CompareTo((right.StartLine, right.StartColumn, right.Key)));
}
