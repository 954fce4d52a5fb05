using Octokit.Webhooks.Events;
using Octokit.Webhooks.Events.IssueComment;
using Octokit.Webhooks.Events.PullRequestReviewComment;
using Octokit.Webhooks.Models;
using Sentinel.Data.Commands;

namespace Sentinel.Api.Webhooks.Events;

/// <summary>A new comment of a person on a pull request may hold a command; every other comment is none of Sentinel's business.</summary>
internal static class CommentPlan
{
    private const string OwnMark = "<!-- sentinel:";

    public static DeliveryPlan From(IssueCommentEvent @event, RepositoryReader repositories) =>
        @event is not IssueCommentCreatedEvent ? DeliveryPlan.Ignored(@event.Action, "Only new comments hold commands.")
        : @event.Issue.PullRequest is null ? DeliveryPlan.Ignored(@event.Action, "The comment is on an issue.")
        : Plan(@event, @event.Comment.User, @event.Comment.Body, repositories, (facts, author, command) => new PlannedCommand(
            facts.GitHubId, Number(@event.Issue.Number), CommentKind.Conversation, @event.Comment.Id, InReplyTo: null, author.Id, author.Login, command));

    public static DeliveryPlan From(PullRequestReviewCommentEvent @event, RepositoryReader repositories) =>
        @event is not PullRequestReviewCommentCreatedEvent ? DeliveryPlan.Ignored(@event.Action, "Only new comments hold commands.")
        : Plan(@event, @event.Comment.User, @event.Comment.Body, repositories, (facts, author, command) => new PlannedCommand(
            facts.GitHubId, Number(@event.PullRequest.Number), CommentKind.Review, @event.Comment.Id, @event.Comment.InReplyToId, author.Id, author.Login, command));

    private static DeliveryPlan Plan(
        Octokit.Webhooks.WebhookEvent @event, User? author, string? body, RepositoryReader repositories, Func<RepositoryFacts, User, CommentCommand, PlannedCommand> command)
    {
        // Sentinel writes as a bot: it never answers itself, and never plays ball with another one.
        if (author is null || IsBot(author) || body?.StartsWith(OwnMark, StringComparison.Ordinal) == true)
            return DeliveryPlan.Ignored(null, "The comment is not a person's.");
        if (CommandReader.Read(body) is not { } read) return DeliveryPlan.Ignored(null, "The comment holds no command.");
        var facts = repositories.Read(@event);
        PayloadText.Login(author.Login, "comment.user.login");
        return new DeliveryPlan { Outcome = PlanOutcome.Accepted, Repositories = [facts], Command = command(facts, author, read) };
    }

    private static bool IsBot(User author) => author.Type?.StringValue == "Bot" || author.Login.EndsWith("[bot]", StringComparison.OrdinalIgnoreCase);

    private static int Number(long number) =>
        number is > 0 and <= int.MaxValue ? (int)number : throw new WebhookPayloadException("'number' is out of range.");
}
