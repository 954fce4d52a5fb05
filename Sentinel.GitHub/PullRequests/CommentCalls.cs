using Sentinel.GitHub.Errors;

namespace Sentinel.GitHub.PullRequests;

/// <summary>What Sentinel asks and writes to answer a comment.</summary>
public static class CommentCalls
{
    // One page: an answer stands near the end of its thread.
    private const string RepliesQuery = """
        query($id: ID!) {
          node(id: $id) { ... on PullRequestReviewThread { comments(last: 100) { nodes { body viewerDidAuthor } } } }
        }
        """;

    /// <summary>
    /// Whether a person may push: the role write, maintain or admin, or one made from them. Logins change hands: the answer counts only for
    /// the account of this id.
    /// </summary>
    /// <remarks>https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user: "maintain" is told as "write".</remarks>
    public static async Task<bool> MayPushAsync(this GitHubConnection connection, string repository, string login, long accountId, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await connection.GetAsync<PermissionAnswer>($"repos/{repository}/collaborators/{Uri.EscapeDataString(login)}/permission", cancellationToken);
            return answer.Permission is "write" or "admin" && answer.User?.Id == accountId;
        }
        catch (GitHubNotFoundException)
        {
            // Nobody has that login any more.
            return false;
        }
    }

    /// <summary>Reacts to a comment of the conversation; the same reaction again changes nothing.</summary>
    /// <param name="content">+1, -1, laugh, confused, heart, hooray, rocket or eyes.</param>
    /// <exception cref="GitHubNotFoundException">The comment is gone.</exception>
    /// <remarks>https://docs.github.com/en/rest/reactions/reactions</remarks>
    public static Task ReactToCommentAsync(this GitHubConnection connection, string repository, long commentId, string content, CancellationToken cancellationToken) =>
        connection.SendAsync(HttpMethod.Post, $"repos/{repository}/issues/comments/{commentId}/reactions", new ReactionBody(content), cancellationToken, isRepeatable: true);

    /// <summary>Reacts to a review comment; the same reaction again changes nothing.</summary>
    /// <inheritdoc cref="ReactToCommentAsync"/>
    public static Task ReactToReviewCommentAsync(this GitHubConnection connection, string repository, long commentId, string content, CancellationToken cancellationToken) =>
        connection.SendAsync(HttpMethod.Post, $"repos/{repository}/pulls/comments/{commentId}/reactions", new ReactionBody(content), cancellationToken, isRepeatable: true);

    /// <summary>
    /// Adds to a thread (https://docs.github.com/en/rest/pulls/comments#create-a-reply-for-a-review-comment). Not repeated after a lost
    /// connection: look before asking again.
    /// </summary>
    /// <param name="openingId">Id of the comment that began the thread; replies to replies are refused.</param>
    public static Task ReplyAsync(this GitHubConnection connection, string repository, int number, long openingId, string body, CancellationToken cancellationToken) =>
        connection.SendAsync(HttpMethod.Post, $"repos/{repository}/pulls/{number}/comments/{openingId}/replies", new ReplyBody(body), cancellationToken);

    /// <summary>What the App itself wrote among the newest 100 comments of a thread.</summary>
    /// <param name="threadId">GraphQL's name of the thread.</param>
    public static async Task<IReadOnlyList<string>> OwnRepliesAsync(this GitHubConnection connection, string threadId, CancellationToken cancellationToken)
    {
        var answer = await connection.QueryAsync<RepliesAnswer>(RepliesQuery, new { id = threadId }, cancellationToken);
        return [.. answer.Node.Comments.Nodes.Where(c => c.ViewerDidAuthor).Select(c => c.Body)];
    }

    private sealed record PermissionAnswer(string Permission, AccountFacts? User);

    private sealed record ReactionBody(string Content);

    private sealed record ReplyBody(string Body);

    private sealed record RepliesAnswer(ThreadNode Node);

    private sealed record ThreadNode(CommentConnection Comments);

    private sealed record CommentConnection(IReadOnlyList<CommentNode> Nodes);

    private sealed record CommentNode(string Body, bool ViewerDidAuthor);
}
