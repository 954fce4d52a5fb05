using Octokit.Webhooks.Events;
using Octokit.Webhooks.Events.Installation;
using Octokit.Webhooks.Events.InstallationRepositories;
using Sentinel.Contracts.Scans;

namespace Sentinel.Api.Webhooks.Events;

/// <summary>
/// Repositories come and go with the App's installation. A new one is scanned once at its default branch, whose name these
/// payloads leave out: <c>HEAD</c> says it.
/// </summary>
internal static class InstallationPlan
{
    public static DeliveryPlan From(InstallationEvent @event, RepositoryReader repositories, bool hasApp)
    {
        var installation = @event.Installation.Id;
        var facts = (@event.Repositories ?? [])
            .Select(item => repositories.Read(item.Id, item.FullName, item.Private, installation)).ToList();
        return @event switch
        {
            InstallationCreatedEvent => Added(installation, facts, hasApp),
            InstallationUnsuspendEvent => new DeliveryPlan { Outcome = PlanOutcome.Accepted, InstallationId = installation, Repositories = facts },
            InstallationDeletedEvent => new DeliveryPlan
            {
                Outcome = PlanOutcome.Accepted,
                InstallationId = installation,
                RemovedInstallation = installation,
                Uninstalled = [.. facts.Select(item => item.GitHubId)],
            },
            _ => new DeliveryPlan
            {
                Outcome = PlanOutcome.Ignored,
                InstallationId = installation,
                Detail = "The set of repositories did not change.",
                Repositories = facts,
            },
        };
    }

    public static DeliveryPlan From(InstallationRepositoriesEvent @event, RepositoryReader repositories, bool hasApp)
    {
        var installation = @event.Installation.Id;
        return @event switch
        {
            InstallationRepositoriesAddedEvent => Added(
                installation,
                [.. @event.RepositoriesAdded.Select(item => repositories.Read(item.Id, item.FullName, item.Private, installation))],
                hasApp),
            _ => new DeliveryPlan
            {
                Outcome = PlanOutcome.Accepted,
                InstallationId = installation,
                Uninstalled = [.. @event.RepositoriesRemoved.Select(item => item.Id)],
            },
        };
    }

    // Without the App's key a private repository cannot be cloned: a scan of it could only fail.
    private static DeliveryPlan Added(long installation, List<RepositoryFacts> facts, bool hasApp) => new()
    {
        Outcome = PlanOutcome.Accepted,
        InstallationId = installation,
        Repositories = facts,
        Scans = [.. facts.Where(item => item.Private is false || hasApp)
            .Select(item => new PlannedScan(item.GitHubId, ScanKind.Scheduled, ScanLane.Background, "HEAD"))],
    };
}
