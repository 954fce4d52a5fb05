using Octokit.Webhooks.Events;
using Octokit.Webhooks.Events.PullRequest;
using Octokit.Webhooks.Models.PullRequestEvent;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Feedback;
using PullRequest = Octokit.Webhooks.Models.PullRequestEvent.PullRequest;
using PullRequestState = Sentinel.Data.Feedback.PullRequestState;

namespace Sentinel.Api.Webhooks.Events;

/// <summary>
/// A pull request whose head is new, or whose base is another, is scanned in the fast lane; one that is closed is retired. Whatever
/// happens to it, what is known of it is brought up to date.
/// </summary>
internal static class PullRequestPlan
{
    private const int MaxTitle = 1000;

    public static DeliveryPlan From(PullRequestEvent @event, RepositoryReader repositories)
    {
        var facts = repositories.Read(@event);
        var plan = @event switch
        {
            PullRequestOpenedEvent or PullRequestSynchronizeEvent or PullRequestReopenedEvent or PullRequestReadyForReviewEvent
                // The library does not read a change of the base; it is the one edit that is neither of the title nor of the text.
                or PullRequestEditedEvent { Changes: { Title: null, Body: null } } => Scan(@event, facts),
            PullRequestClosedEvent closed => Retire(@event, closed.PullRequest, facts),
            _ => DeliveryPlan.Ignored(@event.Action, "The head of the pull request did not change.") with { Repositories = [facts] },
        };
        return plan with { PullRequest = Describe(@event, facts) };
    }

    private static DeliveryPlan Scan(PullRequestEvent @event, RepositoryFacts facts)
    {
        var pullRequest = @event.PullRequest;
        var head = PayloadText.Commit(pullRequest.Head.Sha, "pull_request.head.sha");
        var target = PayloadText.Commit(pullRequest.Base.Sha, "pull_request.base.sha");
        return new DeliveryPlan
        {
            Outcome = PlanOutcome.Accepted,
            Repositories = [facts],
            Scans =
            [
                new PlannedScan(
                    facts.GitHubId, ScanKind.PullRequest, ScanLane.Interactive, PullRequestRef.HeadOf(Number(@event)), head, target,
                    @event is PullRequestSynchronizeEvent moved ? PayloadText.CommitOrNone(moved.Before, "before") : null, Number(@event)),
            ],
        };
    }

    private static DeliveryPlan Retire(PullRequestEvent @event, PullRequest pullRequest, RepositoryFacts facts)
    {
        var into = pullRequest.Merged is true ? $"refs/heads/{PayloadText.Branch(pullRequest.Base.Ref, "pull_request.base.ref")}" : null;
        return new DeliveryPlan
        {
            Outcome = PlanOutcome.Accepted,
            Detail = into is null ? "Closed without merging." : $"Merged into {into}.",
            Repositories = [facts],
            Retired = new RetiredRef(
                facts.GitHubId, PullRequestRef.HeadOf(Number(@event)), PayloadText.Commit(pullRequest.Head.Sha, "pull_request.head.sha"), into),
        };
    }

    private static PullRequestFacts Describe(PullRequestEvent @event, RepositoryFacts facts)
    {
        var pullRequest = @event.PullRequest;
        var state = pullRequest.Merged is true ? PullRequestState.Merged : pullRequest.ClosedAt is not null ? PullRequestState.Closed : PullRequestState.Open;
        return new PullRequestFacts(
            facts.GitHubId, Number(@event), state,
            PayloadText.Commit(pullRequest.Head.Sha, "pull_request.head.sha"),
            PayloadText.Branch(pullRequest.Head.Ref, "pull_request.head.ref") ?? "",
            PayloadText.Commit(pullRequest.Base.Sha, "pull_request.base.sha"),
            PayloadText.Branch(pullRequest.Base.Ref, "pull_request.base.ref") ?? "",
            pullRequest.Draft,
            // The fork may be gone, and its repository with it.
            pullRequest.Head.Repo?.Id != facts.GitHubId,
            PostgresText.Clean(pullRequest.User?.Login ?? "", MaxTitle),
            PostgresText.Clean(pullRequest.Title, MaxTitle),
            pullRequest.UpdatedAt);
    }

    private static int Number(PullRequestEvent @event) =>
        @event.Number is > 0 and <= int.MaxValue ? (int)@event.Number : throw new WebhookPayloadException("'number' is out of range.");
}
