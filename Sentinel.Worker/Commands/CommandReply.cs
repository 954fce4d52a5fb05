using Sentinel.Data.Commands;
using Sentinel.GitHub.PullRequests;
using Sentinel.Worker.Feedback;

namespace Sentinel.Worker.Commands;

/// <summary>Tells the answer at GitHub: a reaction, and a reply where the command stands. Writing it again changes nothing.</summary>
internal static class CommandReply
{
    /// <summary>The reaction that says that an answer follows.</summary>
    public const string LookingAtIt = "eyes";

    // The reply is younger than the command, whose time here and at GitHub may differ by the clocks.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromDays(1);

    public static async Task WriteAsync(GitHubPlace place, CommandMessage message, PullRequestCommand decided, CancellationToken cancellationToken)
    {
        if (ReactionTo(decided, message.Command.Verb) is { } reaction) await ReactAsync(place, message, reaction, cancellationToken);
        if (decided.Answer is not { } answer) return;
        var body = $"{Mark(message)}\n{answer}";
        if (message.CommentKind == CommentKind.Review && await ThreadAsync(place, message, cancellationToken) is { } thread)
            await ReplyInThreadAsync(place, message, thread, body, cancellationToken);
        // The comment that began the thread may be gone, and the thread with it.
        else await ReplyInConversationAsync(place, message, decided.At, body, cancellationToken);
    }

    public static Task ReactAsync(GitHubPlace place, CommandMessage message, string reaction, CancellationToken cancellationToken) => message.CommentKind == CommentKind.Review
        ? place.Connection.ReactToReviewCommentAsync(place.Repository.FullName, message.CommentId, reaction, cancellationToken)
        : place.Connection.ReactToCommentAsync(place.Repository.FullName, message.CommentId, reaction, cancellationToken);

    /// <summary>Which reaction; null for none.</summary>
    public static string? ReactionTo(PullRequestCommand decided, CommandVerb verb) => decided.Outcome switch
    {
        CommandOutcome.Done => verb == CommandVerb.Explain ? LookingAtIt : "+1",
        CommandOutcome.NotUnderstood or CommandOutcome.Declined => "confused",
        CommandOutcome.Refused => "-1",
        CommandOutcome.Limited => decided.Answer is null ? null : "-1",
        _ => throw new InvalidOperationException("The command is not decided."),
    };

    /// <summary>Marks the reply to a comment, so that it is found again.</summary>
    public static string Mark(CommandMessage message) => $"<!-- sentinel:reply:{message.CommentId} -->";

    private static async Task<ReviewThread?> ThreadAsync(GitHubPlace place, CommandMessage message, CancellationToken cancellationToken)
    {
        var threads = await place.Connection.ReviewThreadsAsync(place.Repository.FullName, message.PullRequest, cancellationToken);
        return threads.Threads.FirstOrDefault(t => t.CommentId == (message.InReplyTo ?? message.CommentId));
    }

    private static async Task ReplyInThreadAsync(GitHubPlace place, CommandMessage message, ReviewThread thread, string body, CancellationToken cancellationToken)
    {
        var own = await place.Connection.OwnRepliesAsync(thread.Id, cancellationToken);
        if (own.Any(text => text.StartsWith(Mark(message), StringComparison.Ordinal))) return;
        await place.Connection.ReplyAsync(place.Repository.FullName, message.PullRequest, thread.CommentId, body, cancellationToken);
    }

    private static async Task ReplyInConversationAsync(GitHubPlace place, CommandMessage message, DateTimeOffset at, string body, CancellationToken cancellationToken)
    {
        await foreach (var comment in place.Connection.ListCommentsAsync(place.Repository.FullName, message.PullRequest, cancellationToken, since: at - ClockDifference))
        {
            // Anybody may copy the mark.
            if (comment.PerformedViaGithubApp?.Id == place.AppId && comment.Body?.StartsWith(Mark(message), StringComparison.Ordinal) == true) return;
        }
        await place.Connection.CreateCommentAsync(place.Repository.FullName, message.PullRequest, body, cancellationToken);
    }
}
