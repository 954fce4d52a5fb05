using Sentinel.GitHub;
using Sentinel.GitHub.Contents;
using Sentinel.Scanning;
using Sentinel.Scanning.Policies;

namespace Sentinel.Worker.Feedback;

/// <summary>Reads the policies by which a commit is judged, from GitHub: the worker that reports need not be the one that has the repository.</summary>
internal static class CommitPolicies
{
    /// <summary>The policy for a commit.</summary>
    /// <param name="judge">The commit whose policy holds: of a change its merge base, never its head. Null when nobody knows it: the defaults hold.</param>
    /// <exception cref="Sentinel.GitHub.Errors.GitHubException">GitHub does not say.</exception>
    public static async Task<AppliedPolicy> OfAsync(GitHubConnection connection, string repository, string? judge, string headSha, DateOnly today, CancellationToken cancellationToken)
    {
        var (head, file) = await ReadAsync(connection, repository, headSha, cancellationToken);
        if (judge == headSha) return new AppliedPolicy(head, head, Loosened: null, today);
        var (before, _) = judge is null ? (PolicyReading.None, null) : await ReadAsync(connection, repository, judge, cancellationToken);
        return new AppliedPolicy(before, head, PolicyLoosened.Check(before, head, file, today, cancellationToken), today);
    }

    /// <summary>What a commit's own policy says.</summary>
    /// <exception cref="Sentinel.GitHub.Errors.GitHubException">GitHub does not say.</exception>
    public static async Task<PolicyReading> AtAsync(GitHubConnection connection, string repository, string commitSha, CancellationToken cancellationToken) =>
        (await ReadAsync(connection, repository, commitSha, cancellationToken)).Reading;

    private static async Task<(PolicyReading Reading, SourceFile? File)> ReadAsync(GitHubConnection connection, string repository, string commitSha, CancellationToken cancellationToken)
    {
        var entries = (await connection.RootAsync(repository, commitSha, cancellationToken)).Where(e => PolicyFile.Names.Contains(e.Path)).ToArray();
        if (entries.Length == 0) return (PolicyReading.None, null);
        if (entries is not [var entry]) return (PolicyReader.Both(), null);
        if (entry.IsLink) return (PolicyReader.Link(entry.Path), null);
        if (!entry.IsFile) return (PolicyReader.Refused(entry.Path, "This is no file.", "Put the policy there, or take it away."), null);
        if (entry.Size > PolicyFile.MaxBytes) return (PolicyReader.TooLarge(entry.Path, entry.Size.Value), null);
        var content = await connection.BlobAsync(repository, entry.Sha, cancellationToken);
        return (PolicyReader.Read(entry.Path, content, cancellationToken), new SourceFile(entry.Path, content));
    }
}
