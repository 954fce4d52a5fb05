using Sentinel.GitHub.Checks;

namespace Sentinel.GitHub.PullRequests;

/// <summary>What Sentinel asks and writes of pull requests.</summary>
public static class PullRequestCalls
{
    /// <summary>GitHub's longest comment, in characters.</summary>
    public const int MaxComment = 65_536;

    private const string ThreadsQuery = """
        query($owner: String!, $name: String!, $number: Int!, $after: String) {
          viewer { login }
          repository(owner: $owner, name: $name) {
            pullRequest(number: $number) {
              headRefOid
              reviewThreads(first: 100, after: $after) {
                nodes { id isResolved resolvedBy { login } path line startLine comments(first: 1) { nodes { databaseId body viewerDidAuthor } } }
                pageInfo { hasNextPage endCursor }
              }
            }
          }
        }
        """;

    /// <summary>Where two commits parted (https://docs.github.com/en/rest/commits/commits#compare-two-commits).</summary>
    /// <exception cref="Errors.GitHubNotFoundException">They have nothing in common, or one of them is not known.</exception>
    public static async Task<string> MergeBaseAsync(this GitHubConnection connection, string repository, string baseSha, string headSha, CancellationToken cancellationToken) =>
        // Only the merge base is wanted, not the list of commits.
        (await connection.GetAsync<Comparison>($"repos/{repository}/compare/{baseSha}...{headSha}?per_page=1", cancellationToken)).MergeBaseCommit.Sha;

    /// <summary>The files that a pull request changes; GitHub lists 3,000 at most.</summary>
    public static IAsyncEnumerable<ChangedFile> ListFilesAsync(this GitHubConnection connection, string repository, int number, CancellationToken cancellationToken) =>
        connection.ListAsync<ChangedFile>($"repos/{repository}/pulls/{number}/files", null, cancellationToken);

    /// <summary>A pull request as GitHub has it (https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request).</summary>
    public static Task<PullRequestFacts> PullRequestAsync(this GitHubConnection connection, string repository, int number, CancellationToken cancellationToken) =>
        connection.GetAsync<PullRequestFacts>($"repos/{repository}/pulls/{number}", cancellationToken);

    /// <summary>Comments of the conversation, oldest first.</summary>
    /// <param name="since">Only those that were written or changed since; null for all.</param>
    public static IAsyncEnumerable<ConversationComment> ListCommentsAsync(
        this GitHubConnection connection, string repository, int number, CancellationToken cancellationToken, DateTimeOffset? since = null) =>
        connection.ListAsync<ConversationComment>(
            $"repos/{repository}/issues/{number}/comments{(since is { } time ? $"?since={time.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}" : "")}", null, cancellationToken);

    /// <summary>Adds a comment to the conversation. Not repeated after a lost connection: look before asking again.</summary>
    public static Task CreateCommentAsync(this GitHubConnection connection, string repository, int number, string body, CancellationToken cancellationToken) =>
        connection.SendAsync(HttpMethod.Post, $"repos/{repository}/issues/{number}/comments", new CommentBody(body), cancellationToken);

    /// <summary>Replaces a comment's text.</summary>
    public static Task UpdateCommentAsync(this GitHubConnection connection, string repository, long id, string body, CancellationToken cancellationToken) =>
        connection.SendAsync(HttpMethod.Patch, $"repos/{repository}/issues/comments/{id}", new CommentBody(body), cancellationToken, isRepeatable: true);

    /// <summary>Replaces a review comment's text.</summary>
    public static Task UpdateReviewCommentAsync(this GitHubConnection connection, string repository, long id, string body, CancellationToken cancellationToken) =>
        connection.SendAsync(HttpMethod.Patch, $"repos/{repository}/pulls/comments/{id}", new CommentBody(body), cancellationToken, isRepeatable: true);

    /// <summary>
    /// One review with its comments, all or none (https://docs.github.com/en/rest/pulls/reviews#create-a-review-for-a-pull-request). Not
    /// repeated after a lost connection: look before asking again.
    /// </summary>
    public static Task CreateReviewAsync(
        this GitHubConnection connection, string repository, int number, string commitId, IReadOnlyList<ReviewCommentWrite> comments, CancellationToken cancellationToken) =>
        connection.SendAsync(HttpMethod.Post, $"repos/{repository}/pulls/{number}/reviews", new ReviewBody(commitId, "COMMENT", comments), cancellationToken);

    /// <summary>The threads of review comments, with who the connection is.</summary>
    public static async Task<ReviewThreads> ReviewThreadsAsync(this GitHubConnection connection, string repository, int number, CancellationToken cancellationToken)
    {
        var (owner, name) = repository.Split('/') is [var first, var second] ? (first, second) : throw new ArgumentException("owner/name", nameof(repository));
        var threads = new List<ReviewThread>();
        for (string? after = null; ;)
        {
            var answer = await connection.QueryAsync<ThreadsAnswer>(ThreadsQuery, new { owner, name, number, after }, cancellationToken);
            var pull = answer.Repository.PullRequest;
            foreach (var node in pull.ReviewThreads.Nodes)
            {
                if (node.Comments.Nodes is [var opening, ..])
                    threads.Add(new ReviewThread(node.Id, opening.DatabaseId, opening.Body, opening.ViewerDidAuthor, node.IsResolved, node.IsResolved && IsBot(node.ResolvedBy, answer.Viewer))
                    {
                        Path = node.Path,
                        EndLine = node.Line,
                        StartLine = node.StartLine ?? node.Line,
                    });
            }
            if (!pull.ReviewThreads.PageInfo.HasNextPage) return new ReviewThreads(pull.HeadRefOid, threads);
            after = pull.ReviewThreads.PageInfo.EndCursor;
        }
    }

    /// <summary>Resolves a thread, or opens it again; doing it twice does no harm.</summary>
    public static async Task SetResolvedAsync(this GitHubConnection connection, string threadId, bool resolved, CancellationToken cancellationToken)
    {
        var field = resolved ? "resolveReviewThread" : "unresolveReviewThread";
        await connection.QueryAsync<object>(
            $"mutation($id: ID!) {{ {field}(input: {{ threadId: $id }}) {{ thread {{ id isResolved }} }} }}", new { id = threadId }, cancellationToken);
    }

    // GitHub's schema has people here: for an App it says nobody, or the App's name with or without the suffix of its account.
    private static bool IsBot(Actor? resolver, Actor viewer) => resolver is null || Bare(resolver.Login) == Bare(viewer.Login);

    private static string Bare(string login) => login.Replace("[bot]", "", StringComparison.Ordinal);

    private sealed record Comparison(Commit MergeBaseCommit);

    private sealed record Commit(string Sha);

    private sealed record CommentBody(string Body);

    private sealed record ReviewBody(string CommitId, string Event, IReadOnlyList<ReviewCommentWrite> Comments);

    private sealed record ThreadsAnswer(Actor Viewer, RepositoryNode Repository);

    private sealed record Actor(string Login);

    private sealed record RepositoryNode(PullRequestNode PullRequest);

    private sealed record PullRequestNode(string HeadRefOid, ThreadConnection ReviewThreads);

    private sealed record ThreadConnection(IReadOnlyList<ThreadNode> Nodes, PageInfo PageInfo);

    private sealed record PageInfo(bool HasNextPage, string? EndCursor);

    private sealed record ThreadNode(string Id, bool IsResolved, Actor? ResolvedBy, string? Path, int? Line, int? StartLine, CommentConnection Comments);

    private sealed record CommentConnection(IReadOnlyList<CommentNode> Nodes);

    private sealed record CommentNode(long DatabaseId, string Body, bool ViewerDidAuthor);
}

/// <summary>A pull request.</summary>
/// <param name="State">open or closed.</param>
/// <param name="User">Null when the account is gone.</param>
public sealed record PullRequestFacts(
    int Number, string State, bool Merged, bool Draft, string Title, AccountFacts? User, PullRequestSide Head, PullRequestSide Base, DateTimeOffset UpdatedAt);

/// <summary>A branch that a pull request is about.</summary>
/// <param name="Repo">Null when the fork is gone.</param>
public sealed record PullRequestSide(string Ref, string Sha, RepositoryFacts? Repo);

/// <summary>A repository.</summary>
public sealed record RepositoryFacts(long Id);

/// <summary>An account.</summary>
public sealed record AccountFacts(long Id, string Login);

/// <summary>A file that a pull request changes.</summary>
/// <param name="Filename">Its path at the head.</param>
/// <param name="Patch">Unified diff without the file header; null for binary and very large files.</param>
public sealed record ChangedFile(string Filename, string? Patch);

/// <summary>A comment of the conversation.</summary>
/// <param name="PerformedViaGithubApp">The App that wrote it; null for a person.</param>
public sealed record ConversationComment(long Id, string? Body, AppFacts? PerformedViaGithubApp);

/// <summary>A comment at lines of the diff.</summary>
/// <param name="Line">The last line, of the head's side.</param>
/// <param name="StartLine">The first line; null when it is the last.</param>
public sealed record ReviewCommentWrite(string Path, string Body, int Line, int? StartLine)
{
    /// <summary>The head's side.</summary>
    public string Side { get; } = "RIGHT";

    /// <summary>Side of <see cref="StartLine"/>; null without one.</summary>
    public string? StartSide => StartLine is null ? null : Side;
}

/// <summary>A pull request's threads.</summary>
/// <param name="HeadSha">The head as GitHub has it now.</param>
public sealed record ReviewThreads(string HeadSha, IReadOnlyList<ReviewThread> Threads);

/// <summary>A thread by the comment that opened it.</summary>
/// <param name="Id">GraphQL's name of the thread.</param>
/// <param name="CommentId">The REST API's id of the comment.</param>
/// <param name="IsOwn">Whether the App wrote it.</param>
/// <param name="ResolvedByUs">Whether it was the App that resolved it, and not a person.</param>
public sealed record ReviewThread(string Id, long CommentId, string Body, bool IsOwn, bool IsResolved, bool ResolvedByUs)
{
    public string? Path { get; init; }

    /// <summary>First line that it is about in the head; null when GitHub does not find it there any more.</summary>
    public int? StartLine { get; init; }

    /// <summary>Last line that it is about in the head; null when GitHub does not find it there any more.</summary>
    public int? EndLine { get; init; }
}
