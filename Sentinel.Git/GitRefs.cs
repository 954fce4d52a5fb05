namespace Sentinel.Git;

/// <summary>Names of commits that people write.</summary>
public static class GitRefs
{
    private const int MaxName = 1000;
    private const long MaxText = 64 * 1024;

    /// <summary>The full hash of the commit that a branch, tag, remote branch, abbreviated or full hash, or expression such as <c>HEAD~3</c> names.</summary>
    /// <returns>Null when there is no such commit.</returns>
    /// <exception cref="GitException">git took too long or is not there.</exception>
    public static async Task<string?> ResolveAsync(GitRunner git, string name, GitLimits limits, CancellationToken cancellationToken)
    {
        if (name.Length is 0 or > MaxName || name[0] is '-' or '^' || name.Any(char.IsControl)) return null;

        // Without the peeling suffix a full hash would be accepted unseen.
        var found = await git.RunAsync(
            ["rev-parse", "--quiet", "--verify", "--end-of-options", $"{name}^{{commit}}"], limits.CommandTimeout, MaxText, cancellationToken);
        return found.ExitCode == 0 && CommitId.IsValid(found.Text) ? found.Text : null;
    }
}
