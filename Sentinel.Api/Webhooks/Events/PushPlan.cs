using Octokit.Webhooks.Events;
using Sentinel.Contracts.Scans;

namespace Sentinel.Api.Webhooks.Events;

/// <summary>A push to a branch or tag is scanned; one that is gone is retired, and the commits it held are looked through.</summary>
internal static class PushPlan
{
    private const string Branches = "refs/heads/";
    private const string Tags = "refs/tags/";

    public static DeliveryPlan From(PushEvent push, RepositoryReader repositories)
    {
        var facts = repositories.Read(push);
        var gitRef = PayloadText.Ref(push.Ref, "ref");
        var before = PayloadText.CommitOrNone(push.Before, "before");
        var after = PayloadText.CommitOrNone(push.After, "after");
        if (!gitRef.StartsWith(Branches, StringComparison.Ordinal) && !gitRef.StartsWith(Tags, StringComparison.Ordinal))
            return new DeliveryPlan { Outcome = PlanOutcome.Ignored, Detail = "Only branches and tags are scanned." };
        if (push.Deleted || after is null)
        {
            return new DeliveryPlan
            {
                Outcome = PlanOutcome.Accepted,
                Detail = gitRef.StartsWith(Tags, StringComparison.Ordinal) ? "The tag was deleted." : "The branch was deleted.",
                Repositories = [facts],
                Scans = before is null ? [] : [new PlannedScan(facts.GitHubId, ScanKind.Dropped, ScanLane.Push, gitRef, BeforeSha: before)],
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
