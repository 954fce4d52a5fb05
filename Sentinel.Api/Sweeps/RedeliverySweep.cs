using Microsoft.EntityFrameworkCore;
using Sentinel.Data;
using Sentinel.Data.Deliveries;
using Sentinel.GitHub;
using Sentinel.GitHub.Errors;

namespace Sentinel.Api.Sweeps;

/// <summary>
/// Asks GitHub for the webhooks again that did not arrive: GitHub itself tries each only once. They come in as any other, signed, and
/// with the id by which a repeat is known.
/// </summary>
internal sealed partial class RedeliverySweep(GitHubClients clients, IDbContextFactory<SentinelDbContext> databases, TimeProvider time, ILogger<RedeliverySweep> logger)
{
    // Bounds what a receiver that was wrongly set up for days costs: the newest failures count.
    private const int MaxLooked = 5000;

    public async Task<SweepResult> RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var failed = new List<LoggedDelivery>();
        // Servers that do not know the filter send all; each item is looked at anyway.
        await foreach (var delivery in clients.App.ListAsync<LoggedDelivery>("app/hook/deliveries?status=failure", member: null, cancellationToken))
        {
            if (now - delivery.DeliveredAt > RedeliveryPlan.MaxAge || failed.Count >= MaxLooked) break;
            failed.Add(delivery);
        }
        if (failed.Count == 0) return new SweepResult(0, 0, 0);

        var plan = RedeliveryPlan.Of(failed, await TakenAsync(failed, cancellationToken), now);
        var (again, refused) = (0, 0);
        foreach (var id in plan.Again)
        {
            try
            {
                await clients.App.SendAsync(HttpMethod.Post, $"app/hook/deliveries/{id}/attempts", body: null, cancellationToken, isRepeatable: true);
                again++;
            }
            catch (GitHubException ex) when (ex is GitHubNotFoundException or GitHubRejectedException)
            {
                // This one is gone or too old by GitHub's own count; the others are not.
                refused++;
                LogRefused(id, ex.Message);
            }
        }
        if (again > 0) LogAsked(again);
        return new SweepResult(failed.Select(d => d.Guid).Distinct(StringComparer.Ordinal).Count(), again, plan.GivenUp + refused);
    }

    private async Task<HashSet<string>> TakenAsync(List<LoggedDelivery> failed, CancellationToken cancellationToken)
    {
        var guids = failed.Select(d => d.Guid).Distinct(StringComparer.Ordinal).ToArray();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        // One that could not be acted on is worth another try: an upgrade may have come in between.
        return await database.Deliveries.Where(d => guids.Contains(d.DeliveryId) && d.Outcome != DeliveryOutcome.Failed).Select(d => d.DeliveryId).ToHashSetAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "GitHub was asked for {Count} webhooks again that did not arrive")]
    private partial void LogAsked(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "GitHub does not send webhook delivery {Delivery} again: {Reason}")]
    private partial void LogRefused(long delivery, string reason);
}
