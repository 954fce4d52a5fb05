using Sentinel.Data.Commands;

namespace Sentinel.Api.Webhooks.Events;

/// <summary>A new comment of a person on a pull request may hold a command; every other comment is none of Sentinel's business.</summary>
internal static class CommentPlan
{
    private const string OwnMark = "<!-- sentinel:";

    public static DeliveryPlan From(CommentEvent @event, RepositoryReader repositories)
    {
        if (@event.Action != "created") return DeliveryPlan.Ignored(@event.Action, "Only new comments hold commands.");
        if (@event.PullRequest is null && @event.Issue?.PullRequest is null) return DeliveryPlan.Ignored(@event.Action, "The comment is on an issue.");
        // Sentinel writes as a bot: it never answers itself, and never plays ball with another one.
        if (@event.Comment.User is not { } author || IsBot(author) || @event.Comment.Body?.StartsWith(OwnMark, StringComparison.Ordinal) == true)
            return DeliveryPlan.Ignored(@event.Action, "The comment is not a person's.");
        if (CommandReader.Read(@event.Comment.Body) is not { } command) return DeliveryPlan.Ignored(@event.Action, "The comment holds no command.");

        var facts = repositories.Read(@event);
        return new DeliveryPlan
        {
            Outcome = PlanOutcome.Accepted,
            Repositories = [facts],
            Command = new PlannedCommand(
                facts.GitHubId, Number(@event.PullRequest?.Number ?? @event.Issue!.Number), @event.PullRequest is null ? CommentKind.Conversation : CommentKind.Review,
                @event.Comment.Id, @event.Comment.InReplyToId, author.Id, PayloadText.Login(author.Login, "comment.user.login"), command),
        };
    }

    private static bool IsBot(CommentEvent.UserFacts author) => author.Type == "Bot" || author.Login?.EndsWith("[bot]", StringComparison.OrdinalIgnoreCase) == true;

    private static int Number(long number) =>
        number is > 0 and <= int.MaxValue ? (int)number : throw new WebhookPayloadException("'number' is out of range.");
}
