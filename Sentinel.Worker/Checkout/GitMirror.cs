using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Sentinel.Git;

namespace Sentinel.Worker.Checkout;

/// <summary>A commit that can be read.</summary>
/// <param name="Reference">Full ref name.</param>
/// <param name="DefaultBranch">Short name of the remote's default branch, when it was asked for.</param>
internal sealed record Checkedout(GitRunner Git, string CommitSha, string Reference, string? DefaultBranch);

/// <summary>Bare copies of repositories, one folder each, into which single commits are fetched.</summary>
internal sealed partial class GitMirror(IOptions<CheckoutOptions> options, RemotePolicy policy, RemoteAccess access)
{
    private const long MaxText = 1024 * 1024;

    // Two scans of one repository must not write the same folder at once: this for one process, a lock file for several.
    private readonly Dictionary<string, SemaphoreSlim> _locks = new(StringComparer.Ordinal);

    /// <summary>Makes one commit readable and says which it is.</summary>
    /// <param name="commitSha">The commit, or null for whatever <paramref name="reference"/> points at now.</param>
    /// <param name="reference">Full ref name, a branch's or tag's short name, or HEAD.</param>
    /// <returns>The repository, the commit, and the ref's full name: findings of one branch must not be kept under two names.</returns>
    /// <exception cref="GitException">With what a person should know.</exception>
    public Task<Checkedout> FetchAsync(
        Guid repositoryId, string cloneUrl, string? commitSha, string reference, CancellationToken cancellationToken) =>
        HoldAsync(repositoryId, cloneUrl, async git =>
        {
            var (fullName, defaultBranch) = await FullNameAsync(git, cloneUrl, reference, commitSha, cancellationToken);
            var sha = commitSha is null
                ? await FetchRefAsync(git, cloneUrl, fullName, cancellationToken)
                : await FetchCommitAsync(git, cloneUrl, commitSha, fullName, cancellationToken);
            return new Checkedout(git, sha, fullName, defaultBranch);
        }, cancellationToken);

    private async Task<T> HoldAsync<T>(Guid repositoryId, string cloneUrl, Func<GitRunner, Task<T>> use, CancellationToken cancellationToken)
    {
        var settings = policy.SettingsFor(cloneUrl);
        var folder = FolderOf(repositoryId, cloneUrl);
        var gate = LockOf(folder);
        await gate.WaitAsync(cancellationToken);
        try
        {
            await using var shared = await MirrorLock.TakeAsync(folder, options.Value.FetchTimeout, cancellationToken);
            // After the wait: a credential ages while others use the mirror.
            return await access.UseAsync(repositoryId, cloneUrl, async credential =>
            {
                var git = new GitRunner(folder, [.. settings, .. credential]);
                await EnsureAsync(git, cancellationToken);
                var result = await use(git);
                Directory.SetLastWriteTimeUtc(folder, TimeProvider.System.GetUtcNow().UtcDateTime);
                return result;
            }, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    // HEAD and short names are looked up at the remote; a bare commit keeps its own name.
    private async Task<(string FullName, string? DefaultBranch)> FullNameAsync(
        GitRunner git, string cloneUrl, string reference, string? commitSha, CancellationToken cancellationToken)
    {
        if (reference.StartsWith("refs/", StringComparison.Ordinal) || (commitSha is not null && reference == commitSha)) return (reference, null);
        if (!RefName().IsMatch(reference)) throw new GitException("ref-not-found", "The branch's or tag's name is not valid.", transient: false);

        string[] wanted = reference == "HEAD" ? ["HEAD"] : [$"refs/heads/{reference}", $"refs/tags/{reference}"];
        var listed = await git.RunAsync(["ls-remote", "--symref", "--end-of-options", cloneUrl, .. wanted], options.Value.CommandTimeout, MaxText, cancellationToken);
        if (listed.ExitCode != 0) throw GitFault.Of("asking for the branches", listed);

        var lines = listed.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')).Where(l => l.Length == 2).ToArray();
        if (reference != "HEAD")
            return (wanted.FirstOrDefault(w => lines.Any(l => l[1] == w)) ?? throw new GitException("ref-not-found", "There is no branch or tag of this name in the repository.", transient: false), null);
        if (lines.Length == 0) throw new GitException("empty-repository", "The repository has no commit yet.", transient: false);

        // "ref: refs/heads/main\tHEAD"; a detached HEAD has no such line.
        var symbolic = lines.FirstOrDefault(l => l[1] == "HEAD" && l[0].StartsWith("ref: refs/heads/", StringComparison.Ordinal))?[0][5..];
        return symbolic is null ? ("HEAD", null) : (symbolic, symbolic["refs/heads/".Length..]);
    }

    private async Task<string> FetchCommitAsync(GitRunner git, string cloneUrl, string sha, string reference, CancellationToken cancellationToken)
    {
        if (!CommitId.IsValid(sha)) throw new GitException("commit-not-found", "The commit's name is not a full hash.", transient: false);
        if (WasFetched(git, sha)) return sha;

        // That a new commit is not here yet is asked only when the remote does not hand it out: each question is a process.
        var fetched = await FetchAsync(git, cloneUrl, $"{sha}:refs/sentinel/{sha}", cancellationToken);
        if (fetched.ExitCode == 0 || await HasAsync(git, sha, cancellationToken)) return sha;

        // Servers may refuse hashes they do not advertise (uploadpack.allowReachableSHA1InWant): the ref's history then has it.
        var fault = GitFault.Of("fetching the commit", fetched);
        if (fault.Code is not ("commit-not-found" or "git-failed") || !RefName().IsMatch(reference)) throw fault;
        var byRef = await FetchAsync(git, cloneUrl, $"+{reference}:refs/sentinel/by-ref", cancellationToken, shallow: false);
        if (byRef.ExitCode != 0 || !await HasAsync(git, sha, cancellationToken))
            throw new GitException("commit-not-found", $"Commit {sha[..12]} is no longer in the repository: it was probably removed by a force push.", transient: false);
        return sha;
    }

    private async Task<string> FetchRefAsync(GitRunner git, string cloneUrl, string reference, CancellationToken cancellationToken)
    {
        if (!RefName().IsMatch(reference)) throw new GitException("ref-not-found", "The branch's or tag's name is not valid.", transient: false);

        var fetched = await FetchAsync(git, cloneUrl, $"+{reference}:refs/sentinel/head", cancellationToken);
        if (fetched.ExitCode != 0)
        {
            var fault = GitFault.Of("fetching the branch", fetched);
            throw fault.Code == "ref-not-found" && reference == "HEAD"
                ? new GitException("empty-repository", "The repository has no commit yet.", transient: false)
                : fault;
        }
        var commit = await git.RunAsync(["rev-parse", "--verify", "--end-of-options", "refs/sentinel/head^{commit}"], options.Value.CommandTimeout, MaxText, cancellationToken);
        return commit.ExitCode == 0 ? commit.Text : throw new GitException("ref-not-found", "The branch or tag does not point at a commit.", transient: false);
    }

    // A depth would cut the history of a mirror that has all of it, and saves nothing there.
    private Task<GitResult> FetchAsync(GitRunner git, string cloneUrl, string refSpec, CancellationToken cancellationToken, bool shallow = true) =>
        FetchAsync(git, cloneUrl, shallow && !HasAllHistory(git) ? ["--depth=1"] : [], [refSpec], cancellationToken);

    private Task<GitResult> FetchAsync(
        GitRunner git, string cloneUrl, IReadOnlyList<string> how, IReadOnlyList<string> refSpecs, CancellationToken cancellationToken) =>
        git.RunAsync(
            ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance", .. how, "--end-of-options", cloneUrl, .. refSpecs],
            options.Value.FetchTimeout, MaxText, cancellationToken, () => CheckSize(git.Directory));

    private async Task EnsureAsync(GitRunner git, CancellationToken cancellationToken)
    {
        if (File.Exists(Path.Combine(git.Directory, "HEAD"))) return;

        MakeRoom();
        Directory.CreateDirectory(git.Directory);
        var made = await git.RunAsync(["init", "--quiet", "--bare", "--template="], options.Value.CommandTimeout, MaxText, cancellationToken);
        if (made.ExitCode != 0) throw GitFault.Of("preparing the cache", made);
    }

    // git writes a ref after it has everything that the ref leads to.
    private static bool WasFetched(GitRunner git, string sha) => File.Exists(Path.Combine(git.Directory, "refs", "sentinel", sha));

    private async Task<bool> HasAsync(GitRunner git, string sha, CancellationToken cancellationToken) =>
        // The tree too: a commit alone may be what a killed fetch left.
        WasFetched(git, sha) || (await git.RunAsync(
            ["rev-parse", "--quiet", "--verify", "--end-of-options", $"{sha}^{{tree}}"], options.Value.CommandTimeout, MaxText, cancellationToken)).ExitCode == 0;

    private void CheckSize(string folder)
    {
        if (SizeOf(folder) > options.Value.MaxRepositoryBytes)
            throw new GitException("too-large", $"The repository is larger than {options.Value.MaxRepositoryBytes / (1024 * 1024)} MiB (Checkout:MaxRepositoryBytes).", transient: false);
    }

    // The least recently used mirrors go first; one that is in use has just been touched.
    private void MakeRoom()
    {
        var root = new DirectoryInfo(options.Value.CacheDirectory);
        if (!root.Exists) return;
        var mirrors = root.GetDirectories().OrderBy(d => d.LastWriteTimeUtc).Select(d => (Folder: d, Size: SizeOf(d.FullName))).ToList();
        var total = mirrors.Sum(m => m.Size);
        foreach (var (folder, size) in mirrors)
        {
            if (total <= options.Value.MaxCacheBytes) return;
            folder.Delete(recursive: true);
            total -= size;
        }
    }

    private static long SizeOf(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Exists ? f.Length : 0);
        }
        catch (IOException)
        {
            // git renames files while it works.
            return 0;
        }
    }

    private string FolderOf(Guid repositoryId, string cloneUrl)
    {
        // A repository that moves gets a new mirror: objects of the old address must not be served as the new one's.
        var address = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cloneUrl)))[..12];
        return Path.Combine(options.Value.CacheDirectory, $"{repositoryId:N}-{address}.git");
    }

    private SemaphoreSlim LockOf(string folder)
    {
        lock (_locks) return _locks.TryGetValue(folder, out var gate) ? gate : _locks[folder] = new SemaphoreSlim(1, 1);
    }

    // https://git-scm.com/docs/git-check-ref-format, a little stricter; HEAD stands for the default branch.
    [GeneratedRegex("^(HEAD|refs/[^\\x00-\\x20~^:?*\\[\\\\\\x7f]{1,1000}|[A-Za-z0-9_][^\\x00-\\x20~^:?*\\[\\\\\\x7f]{0,250})\\z", RegexOptions.CultureInvariant)]
    private static partial Regex RefName();
}
