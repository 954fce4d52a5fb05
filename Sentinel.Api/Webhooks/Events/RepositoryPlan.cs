using Octokit.Webhooks.Events;
using Octokit.Webhooks.Events.Repository;

namespace Sentinel.Api.Webhooks.Events;

/// <summary>Follows a repository that is renamed, transferred, archived or deleted: its id stays, so its history does.</summary>
internal static class RepositoryPlan
{
    public static DeliveryPlan From(RepositoryEvent @event, RepositoryReader repositories)
    {
        var facts = repositories.Read(@event);
        return @event switch
        {
            // A deleted repository keeps its findings as history; nothing is scanned there any more.
            RepositoryDeletedEvent => new DeliveryPlan
            {
                Outcome = PlanOutcome.Accepted,
                Detail = "The repository was deleted on GitHub.",
                Repositories = [facts with { Archived = true }],
                Uninstalled = [facts.GitHubId],
            },
            _ => new DeliveryPlan { Outcome = PlanOutcome.Accepted, Repositories = [facts] },
        };
    }
}
