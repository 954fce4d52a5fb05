using System.Text.Json.Serialization;
using Octokit.Webhooks;

namespace Sentinel.Api.Webhooks.Events;

/// <summary>
/// The little that is read of <c>issue_comment</c> and <c>pull_request_review_comment</c>. The library's own types also ask for lines and
/// positions, which comments on a whole file do not have, and would refuse those.
/// </summary>
internal sealed record CommentEvent : WebhookEvent
{
    [JsonPropertyName("comment")]
    public required CommentFacts Comment { get; init; }

    /// <summary>Of a comment of the conversation; null otherwise.</summary>
    [JsonPropertyName("issue")]
    public IssueFacts? Issue { get; init; }

    /// <summary>Of a comment at a line; null otherwise.</summary>
    [JsonPropertyName("pull_request")]
    public NumberFacts? PullRequest { get; init; }

    /// <summary>The comment.</summary>
    /// <param name="User">Null when the account is gone.</param>
    /// <param name="InReplyToId">The comment that began the thread; null for one that does.</param>
    public sealed record CommentFacts(
        [property: JsonPropertyName("id")] long Id, [property: JsonPropertyName("body")] string? Body, [property: JsonPropertyName("user")] UserFacts? User,
        [property: JsonPropertyName("in_reply_to_id")] long? InReplyToId);

    /// <summary>Who wrote it.</summary>
    /// <param name="Type">User, Bot and others.</param>
    public sealed record UserFacts(
        [property: JsonPropertyName("id")] long Id, [property: JsonPropertyName("login")] string? Login, [property: JsonPropertyName("type")] string? Type);

    /// <summary>What it is on; an issue that is a pull request says so.</summary>
    public sealed record IssueFacts([property: JsonPropertyName("number")] long Number, [property: JsonPropertyName("pull_request")] object? PullRequest);

    /// <summary>The pull request it is on.</summary>
    public sealed record NumberFacts([property: JsonPropertyName("number")] long Number);
}
