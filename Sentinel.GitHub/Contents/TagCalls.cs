namespace Sentinel.GitHub.Contents;

/// <summary>What tags stand for.</summary>
public static class TagCalls
{
    /// <summary>The commit of a tag, an annotated one's too.</summary>
    /// <param name="repository">As in <c>actions/checkout</c>; need not be one that the App is installed in when it is public.</param>
    /// <param name="tag">Without <c>refs/tags/</c>.</param>
    /// <returns>The commit's full hash.</returns>
    /// <exception cref="Errors.GitHubException">There is no such tag or repository for this caller, or GitHub does not say.</exception>
    /// <remarks>https://docs.github.com/en/rest/commits/commits#get-a-commit; pages are of its files, of which none is wanted.</remarks>
    public static async Task<string> CommitOfTagAsync(this GitHubConnection connection, string repository, string tag, CancellationToken cancellationToken) =>
        (await connection.GetAsync<Commit>($"repos/{repository}/commits/{Uri.EscapeDataString($"tags/{tag}")}?per_page=1", cancellationToken)).Sha;

    private sealed record Commit(string Sha);
}
