using System.Text.Json.Serialization;
using Sentinel.Data.Outbox;

namespace Sentinel.Data.Commands;

/// <summary>Where a comment stands. The two have ids of their own.</summary>
public enum CommentKind { Conversation, Review }

/// <summary>Payload of an <see cref="OutboxMessage.GitHubCommand"/> message.</summary>
public sealed record CommandMessage
{
    public required Guid RepositoryId { get; init; }

    /// <summary>Number of the pull request.</summary>
    public required int PullRequest { get; init; }

    public required CommentKind CommentKind { get; init; }

    /// <summary>GitHub's id of the comment.</summary>
    public required long CommentId { get; init; }

    /// <summary>GitHub's id of the comment that began the thread; null for the conversation, and for a comment that begins a thread itself.</summary>
    public long? InReplyTo { get; init; }

    /// <summary>GitHub's id of the account that wrote it. Logins change hands, ids do not.</summary>
    public required long AuthorId { get; init; }

    public required string AuthorLogin { get; init; }

    public required CommentCommand Command { get; init; }

    /// <summary>One message for each comment, however often its webhook comes.</summary>
    [JsonIgnore]
    public string IdempotencyKey => $"{OutboxMessage.GitHubCommand}:{AggregateKey}";

    /// <summary>Each comment by itself: a command that waits for a model holds no other up.</summary>
    [JsonIgnore]
    public string AggregateKey => $"{RepositoryId}:{(CommentKind == CommentKind.Review ? "review-comment" : "comment")}:{CommentId}";
}
