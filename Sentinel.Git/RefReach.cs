using System.Text;

namespace Sentinel.Git;

/// <summary>The refs from which a commit can be reached: while there is one, everybody who can read the repository can read the commit.</summary>
/// <param name="Branches">Short names, remote branches with the remote's name before them.</param>
/// <param name="Tags">Short names.</param>
/// <param name="PullRequests">Numbers and sides as the server names them, for instance <c>12/head</c>.</param>
/// <param name="Others">Full names of other refs: stash, notes, those of tools.</param>
/// <param name="IsComplete">False when there are more refs than were asked for.</param>
public sealed record RefReach(
    IReadOnlyList<string> Branches, IReadOnlyList<string> Tags, IReadOnlyList<string> PullRequests, IReadOnlyList<string> Others, bool IsComplete)
{
    private const int MaxRefBytes = 4096;

    private static readonly string[] PullRequestFolders = ["refs/pull/", "refs/remotes/pull/", "refs/merge-requests/"];

    /// <summary>Whether any ref leads to the commit.</summary>
    public bool IsReachable => Branches.Count + Tags.Count + PullRequests.Count + Others.Count > 0;

    /// <summary>Asks git.</summary>
    /// <param name="commit">Full hash.</param>
    /// <param name="max">Most refs that are named, 1 or more.</param>
    /// <exception cref="GitException">The commit is not in the repository, or git took too long.</exception>
    public static async Task<RefReach> ReadAsync(GitRunner git, string commit, int max, GitLimits limits, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        CommitId.Check(commit);
        var listed = await git.RunAsync(
            ["for-each-ref", $"--count={max + 1}", "--contains", commit, "--format=%(refname)"], limits.CommandTimeout, (max + 1L) * MaxRefBytes, cancellationToken);
        if (listed.ExitCode != 0) throw GitFault.Of("asking which refs hold the commit", listed);

        var refs = Encoding.UTF8.GetString(listed.Output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return Of(refs.Take(max).ToArray(), refs.Length <= max);
    }

    private static RefReach Of(string[] refs, bool isComplete)
    {
        List<string> branches = [], tags = [], pullRequests = [], others = [];
        foreach (var name in refs)
        {
            if (PullRequestFolders.FirstOrDefault(f => name.StartsWith(f, StringComparison.Ordinal)) is { } folder) pullRequests.Add(name[folder.Length..]);
            else if (name.StartsWith("refs/heads/", StringComparison.Ordinal)) branches.Add(name["refs/heads/".Length..]);
            else if (name.StartsWith("refs/remotes/", StringComparison.Ordinal)) branches.Add(name["refs/remotes/".Length..]);
            else if (name.StartsWith("refs/tags/", StringComparison.Ordinal)) tags.Add(name["refs/tags/".Length..]);
            else others.Add(name);
        }
        return new RefReach(branches, tags, pullRequests, others, isComplete);
    }
}
