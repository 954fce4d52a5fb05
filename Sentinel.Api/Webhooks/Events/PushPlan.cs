using Octokit.Webhooks.Events;
using Sentinel.Contracts.Scans;

namespace Sentinel.Api.Webhooks.Events;

/// <summary>A push to a branch is scanned; a branch that is gone is retired; tags are only recorded.</summary>
internal static class PushPlan
{
    private const string Branches = "refs/heads/";

    public static DeliveryPlan From(PushEvent push, RepositoryReader repositories)
    {
        var facts = repositories.Read(push);
        var gitRef = PayloadText.Ref(push.Ref, "ref");
        var before = PayloadText.CommitOrNone(push.Before, "before");
        var after = PayloadText.CommitOrNone(push.After, "after");
        if (!gitRef.StartsWith(Branches, StringComparison.Ordinal))
            return new DeliveryPlan { Outcome = PlanOutcome.Ignored, Detail = "Only branches are scanned." };
        if (push.Deleted || after is null)
        {
            return new DeliveryPlan
            {
                Outcome = PlanOutcome.Ignored,
                Detail = "The branch was deleted.",
                Repositories = [facts],
                Retired = new RetiredRef(facts.GitHubId, gitRef, before, MergedInto: null),
            };
        }

        return new DeliveryPlan
        {
            Outcome = PlanOutcome.Accepted,
            Repositories = [facts],
            Scans = [new PlannedScan(facts.GitHubId, ScanKind.Push, ScanLane.Push, gitRef, after, BeforeSha: before)],
        };
    }
}
