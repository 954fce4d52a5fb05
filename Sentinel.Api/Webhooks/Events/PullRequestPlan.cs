using Octokit.Webhooks.Events;
using Octokit.Webhooks.Events.PullRequest;
using Octokit.Webhooks.Models.PullRequestEvent;
using Sentinel.Contracts.Scans;

namespace Sentinel.Api.Webhooks.Events;

/// <summary>A pull request whose head is new is scanned in the fast lane; one that is closed is retired.</summary>
internal static class PullRequestPlan
{
    public static DeliveryPlan From(PullRequestEvent @event, RepositoryReader repositories)
    {
        var facts = repositories.Read(@event);
        return @event switch
        {
            PullRequestOpenedEvent or PullRequestSynchronizeEvent or PullRequestReopenedEvent or PullRequestReadyForReviewEvent =>
                Scan(@event, facts),
            PullRequestClosedEvent closed => Retire(@event, closed.PullRequest, facts),
            _ => DeliveryPlan.Ignored(@event.Action, "The head of the pull request did not change.") with { Repositories = [facts] },
        };
    }

    /// <summary>The ref under which GitHub keeps a pull request's head, also for forks.</summary>
    public static string HeadRef(long number) => $"refs/pull/{number}/head";

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
                    facts.GitHubId, ScanKind.PullRequest, ScanLane.Interactive, HeadRef(Number(@event)), head, target,
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
                facts.GitHubId, HeadRef(Number(@event)), PayloadText.Commit(pullRequest.Head.Sha, "pull_request.head.sha"), into),
        };
    }

    private static int Number(PullRequestEvent @event) =>
        @event.Number is > 0 and <= int.MaxValue ? (int)@event.Number : throw new WebhookPayloadException("'number' is out of range.");
}
