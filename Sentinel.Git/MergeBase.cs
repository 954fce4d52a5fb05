namespace Sentinel.Git;

/// <summary>Where two lines of commits part.</summary>
public static class MergeBase
{
    private const long MaxText = 64 * 1024;

    /// <summary>The full hash of the best common ancestor of two commits.</summary>
    /// <param name="one">Full hash.</param>
    /// <param name="other">Full hash.</param>
    /// <returns>Null when they have none that is here: unrelated histories, or a shallow clone.</returns>
    /// <exception cref="GitException">A commit is not there, or git took too long.</exception>
    public static async Task<string?> FindAsync(GitRunner git, string one, string other, GitLimits limits, CancellationToken cancellationToken)
    {
        CommitId.Check(one);
        CommitId.Check(other);
        var found = await git.RunAsync(["merge-base", "--end-of-options", one, other], limits.CommandTimeout, MaxText, cancellationToken);
        return found.ExitCode switch
        {
            0 when CommitId.IsValid(found.Text) => found.Text,
            // https://git-scm.com/docs/git-merge-base: 1 when there is none.
            1 => null,
            _ => throw GitFault.Of("looking for the merge base", found),
        };
    }
}
