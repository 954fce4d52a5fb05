namespace Sentinel.Data.Feedback;

/// <summary>Names of a pull request in git.</summary>
public static class PullRequestRef
{
    /// <summary>The ref under which GitHub keeps a pull request's head, also for forks.</summary>
    public static string HeadOf(long number) => $"refs/pull/{number}/head";
}
