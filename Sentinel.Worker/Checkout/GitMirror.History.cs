using System.Globalization;
using Sentinel.Git;

namespace Sentinel.Worker.Checkout;

/// <summary>A mirror with the whole history of every ref.</summary>
/// <param name="Branches">Hash of each branch's tip by full name.</param>
/// <param name="RefsTotal">Branches, tags and pull requests that were fetched.</param>
/// <param name="LeftOut">Pull requests that were not fetched because there are too many; 0 otherwise.</param>
internal sealed record WholeHistory(GitRunner Git, IReadOnlyDictionary<string, string> Branches, int RefsTotal, int LeftOut);

/// <summary>Fetching history: what a scan of one tree does not need, and what looking for leaked secrets does.</summary>
internal sealed partial class GitMirror
{
    /// <summary>Where the remote's refs are kept, with the part of their names that follows <c>refs/</c>.</summary>
    public const string RemoteRefs = "refs/sentinel/remote/";

    private const int MaxPullRequests = 5000;
    private const long MaxRefList = 32L * 1024 * 1024;

    // A push rarely has more commits than the first; the last stands for everything (https://git-scm.com/docs/shallow).
    private static readonly int[] Depths = [64, 1024, int.MaxValue];

    /// <summary>The mirror as it is; it may be empty or absent until something is fetched.</summary>
    public GitRunner Of(Guid repositoryId, string cloneUrl) => new(FolderOf(repositoryId, cloneUrl), policy.SettingsFor(cloneUrl));

    /// <summary>Throws the mirror away: the next fetch makes it again.</summary>
    public Task DiscardAsync(Guid repositoryId, string cloneUrl, CancellationToken cancellationToken) =>
        HoldAsync(repositoryId, cloneUrl, async git =>
        {
            Directory.Delete(git.Directory, recursive: true);
            await EnsureAsync(git, cancellationToken);
            return true;
        }, cancellationToken);

    /// <summary>Makes the remote's default branch readable.</summary>
    /// <returns>Its newest commit; null when there is none.</returns>
    /// <exception cref="GitException">The remote does not answer.</exception>
    public Task<string?> FetchDefaultAsync(Guid repositoryId, string cloneUrl, CancellationToken cancellationToken) =>
        HoldAsync(repositoryId, cloneUrl, async git =>
        {
            const string Kept = "refs/sentinel/default";
            var fetched = await FetchAsync(git, cloneUrl, $"+HEAD:{Kept}", cancellationToken);
            if (fetched.ExitCode == 0) return await GitRefs.ResolveAsync(git, Kept, options.Value.Reading, cancellationToken);
            var fault = GitFault.Of("fetching the default branch", fetched);
            return fault.Transient || fault.Code == "access-denied" ? throw fault : null;
        }, cancellationToken);

    /// <summary>Makes a commit readable that no ref may lead to any more.</summary>
    /// <returns>False when the remote does not hand it out.</returns>
    /// <exception cref="GitException">The remote does not answer.</exception>
    public Task<bool> TryFetchCommitAsync(Guid repositoryId, string cloneUrl, string commit, CancellationToken cancellationToken) =>
        HoldAsync(repositoryId, cloneUrl, async git =>
        {
            if (!CommitId.IsValid(commit)) return false;
            if (await HasAsync(git, commit, cancellationToken)) return true;
            var fetched = await FetchAsync(git, cloneUrl, $"{commit}:refs/sentinel/{commit}", cancellationToken);
            if (fetched.ExitCode == 0) return true;
            var fault = GitFault.Of("fetching a dropped commit", fetched);
            return IsNoAnswer(fault) ? throw fault : false;
        }, cancellationToken);

    /// <summary>Fetches as much history as it takes to tell which commits lead to <paramref name="from"/> and not to <paramref name="notFrom"/>.</summary>
    /// <param name="from">Commits that are readable.</param>
    /// <param name="notFrom">Commits that are readable.</param>
    /// <param name="maxDepth">Generations after which it is given up.</param>
    /// <returns>False when it was given up.</returns>
    /// <exception cref="GitException">The remote does not answer, or the repository is too large.</exception>
    public Task<bool> ConnectAsync(
        Guid repositoryId, string cloneUrl, IReadOnlyList<string> from, IReadOnlyList<string> notFrom, int maxDepth, CancellationToken cancellationToken) =>
        HoldAsync(repositoryId, cloneUrl, async git =>
        {
            string[] refSpecs = [.. from.Concat(notFrom).Distinct().Select(c => $"{c}:refs/sentinel/{c}")];
            foreach (var depth in Depths)
            {
                if (await IsConnectedAsync(git, from, notFrom, cancellationToken)) return true;
                if (depth > maxDepth) return false;
                var fetched = await FetchHistoryAsync(git, cloneUrl, ["--depth=" + depth.ToString(CultureInfo.InvariantCulture)], refSpecs, cancellationToken);
                if (fetched.ExitCode != 0) throw GitFault.Of("fetching the history", fetched);
            }
            return await IsConnectedAsync(git, from, notFrom, cancellationToken);
        }, cancellationToken);

    /// <summary>Fetches every branch, tag and pull request with all their commits; refs that are gone from the remote go here too.</summary>
    /// <exception cref="GitException">The remote does not answer, or the repository is too large.</exception>
    public Task<WholeHistory> FetchAllAsync(Guid repositoryId, string cloneUrl, CancellationToken cancellationToken) =>
        HoldAsync(repositoryId, cloneUrl, async git =>
        {
            var pulls = await PullRequestsAsync(git, cloneUrl, cancellationToken);
            string[] refSpecs = [$"+refs/heads/*:{RemoteRefs}heads/*", $"+refs/tags/*:{RemoteRefs}tags/*"];
            if (pulls is > 0 and <= MaxPullRequests) refSpecs = [.. refSpecs, $"+refs/pull/*/head:{RemoteRefs}pull/*/head"];
            string[] how = IsShallow(git) ? ["--prune", "--depth=" + int.MaxValue.ToString(CultureInfo.InvariantCulture)] : ["--prune"];
            var fetched = await FetchHistoryAsync(git, cloneUrl, how, refSpecs, cancellationToken);
            if (fetched.ExitCode != 0) throw GitFault.Of("fetching the history", fetched);
            await File.WriteAllTextAsync(Marker(git), "", cancellationToken);

            var listed = await git.RunAsync(
                ["for-each-ref", "--format=%(refname) %(objectname)", RemoteRefs], options.Value.CommandTimeout, MaxRefList, cancellationToken);
            if (listed.ExitCode != 0) throw GitFault.Of("listing the refs", listed);
            var refs = listed.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')).Where(l => l.Length == 2)
                .ToDictionary(l => "refs/" + l[0][RemoteRefs.Length..], l => l[1], StringComparer.Ordinal);
            var branches = refs.Where(r => r.Key.StartsWith("refs/heads/", StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
            return new WholeHistory(git, branches, refs.Count, pulls > MaxPullRequests ? pulls : 0);
        }, cancellationToken);

    /// <summary>Whether the remote hands out a commit to whoever knows its hash, asked with an empty repository so that nothing known here answers.</summary>
    /// <exception cref="GitException">The remote does not answer.</exception>
    public async Task<bool> ServesAsync(Guid repositoryId, string cloneUrl, string commit, CancellationToken cancellationToken)
    {
        if (!CommitId.IsValid(commit)) return false;
        var settings = policy.SettingsFor(cloneUrl);
        var folder = Path.Combine(options.Value.CacheDirectory, $"ask-{Guid.NewGuid():N}.git");
        try
        {
            return await access.UseAsync(repositoryId, cloneUrl, async credential =>
            {
                var git = new GitRunner(folder, [.. settings, .. credential]);
                await EnsureAsync(git, cancellationToken);
                // Servers that know no filters send the commit's whole tree; either answers the question.
                var fetched = await FetchAsync(git, cloneUrl, ["--depth=1", "--filter=tree:0"], [$"{commit}:refs/sentinel/asked"], cancellationToken);
                if (fetched.ExitCode == 0) return true;
                var fault = GitFault.Of("asking for a dropped commit", fetched);
                return IsNoAnswer(fault) ? throw fault : false;
            }, cancellationToken);
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    // A history that is too large must not cost the repository the scans of its trees, which would find the mirror too large too.
    private async Task<GitResult> FetchHistoryAsync(GitRunner git, string cloneUrl, string[] how, string[] refSpecs, CancellationToken cancellationToken)
    {
        try
        {
            return await FetchAsync(git, cloneUrl, how, refSpecs, cancellationToken);
        }
        catch (GitException ex) when (ex.Code == "too-large")
        {
            Directory.Delete(git.Directory, recursive: true);
            await EnsureAsync(git, cancellationToken);
            throw;
        }
    }

    // The commits of the range whose parents are missing here; without any, git's answer about the range is exact.
    private async Task<bool> IsConnectedAsync(GitRunner git, IReadOnlyList<string> from, IReadOnlyList<string> notFrom, CancellationToken cancellationToken)
    {
        if (!IsShallow(git)) return true;
        var cut = (await File.ReadAllLinesAsync(Path.Combine(git.Directory, "shallow"), cancellationToken)).ToHashSet(StringComparer.Ordinal);
        var listed = await git.RunAsync(
            ["rev-list", "--end-of-options", .. from, .. notFrom.Select(c => "^" + c)], options.Value.CommandTimeout, MaxRefList, cancellationToken);
        if (listed.ExitCode != 0) throw GitFault.Of("walking the history", listed);
        return !listed.Text.Split('\n').Any(cut.Contains);
    }

    private async Task<int> PullRequestsAsync(GitRunner git, string cloneUrl, CancellationToken cancellationToken)
    {
        var listed = await git.RunAsync(["ls-remote", "--end-of-options", cloneUrl, "refs/pull/*/head"], options.Value.CommandTimeout, MaxRefList, cancellationToken);
        return listed.ExitCode == 0 ? listed.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length : throw GitFault.Of("asking for the pull requests", listed);
    }

    // Only a server that is reached and lets Sentinel in says anything about a commit.
    private static bool IsNoAnswer(GitException fault) => (fault.Transient && fault.Code != "git-failed") || fault.Code == "access-denied";

    private static bool IsShallow(GitRunner git) => File.Exists(Path.Combine(git.Directory, "shallow"));

    private static bool HasAllHistory(GitRunner git) => File.Exists(Marker(git));

    private static string Marker(GitRunner git) => Path.Combine(git.Directory, "sentinel-all-history");
}
