using Octokit.Webhooks.Events;
using Octokit.Webhooks.Events.CheckRun;
using Octokit.Webhooks.Events.CheckSuite;
using Octokit.Webhooks.Models.CheckRunEvent;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Feedback;

namespace Sentinel.Api.Webhooks.Events;

/// <summary>"Re-run" on a check scans its commit again, for each pull request it belongs to, or for its branch.</summary>
internal static class ChecksPlan
{
    private const string NotRerequested = "The check was not asked for again.";

    public static DeliveryPlan From(CheckRunEvent @event, RepositoryReader repositories)
    {
        var facts = repositories.Read(@event);
        if (@event is not CheckRunRerequestedEvent) return DeliveryPlan.Ignored(@event.Action, NotRerequested) with { Repositories = [facts] };
        var run = @event.CheckRun;
        // GitHub names no pull requests from forks; the check run itself says for which it was written.
        return run.PullRequests is not { Count: > 0 } && CheckRunName.TryParse(run.ExternalId, out var number, out _) && number is { } known
            ? Rerun(facts, run.HeadSha, known)
            : Rerun(facts, run.HeadSha, run.CheckSuite?.HeadBranch, run.PullRequests);
    }

    public static DeliveryPlan From(CheckSuiteEvent @event, RepositoryReader repositories)
    {
        var facts = repositories.Read(@event);
        if (@event is not CheckSuiteRerequestedEvent) return DeliveryPlan.Ignored(@event.Action, NotRerequested) with { Repositories = [facts] };
        var suite = @event.CheckSuite;
        return Rerun(facts, suite.HeadSha, suite.HeadBranch, suite.PullRequests);
    }

    private static DeliveryPlan Rerun(
        RepositoryFacts facts, string headSha, string? headBranch, IReadOnlyList<CheckRunPullRequest>? pullRequests)
    {
        var head = PayloadText.Commit(headSha, "head_sha");
        PlannedScan[] scans = [.. (pullRequests ?? []).DistinctBy(request => request.Number).Take(20).Select(request => PullRequest(facts, head, request))];
        if (scans.Length == 0 && PayloadText.Branch(headBranch, "head_branch") is { } branch)
            scans = [new PlannedScan(facts.GitHubId, ScanKind.Rerun, ScanLane.Interactive, $"refs/heads/{branch}", head)];
        return scans.Length == 0
            ? DeliveryPlan.Ignored("rerequested", "The check belongs to no branch and to no pull request.") with { Repositories = [facts] }
            : new DeliveryPlan { Outcome = PlanOutcome.Accepted, Repositories = [facts], Scans = scans };
    }

    // Its base is what is known of the pull request.
    private static DeliveryPlan Rerun(RepositoryFacts facts, string headSha, int number) => new()
    {
        Outcome = PlanOutcome.Accepted,
        Repositories = [facts],
        Scans =
        [
            new PlannedScan(
                facts.GitHubId, ScanKind.Rerun, ScanLane.Interactive, PullRequestRef.HeadOf(number), PayloadText.Commit(headSha, "head_sha"), PullRequestNumber: number),
        ],
    };

    private static PlannedScan PullRequest(RepositoryFacts facts, string head, CheckRunPullRequest request) => new(
        facts.GitHubId, ScanKind.Rerun, ScanLane.Interactive, PullRequestRef.HeadOf(request.Number), head,
        PayloadText.Commit(request.Base.Sha, "pull_requests.base.sha"), PullRequestNumber: checked((int)request.Number));
}
