using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Contracts.Liveness;
using Sentinel.Data;
using ProviderRow = Sentinel.Data.Liveness.LivenessProvider;

namespace Sentinel.Api.Liveness;

/// <summary>Which providers may be asked whether leaked secrets still work. All are off until an administrator switches one on.</summary>
internal static class LivenessApi
{
    public static RouteGroupBuilder MapLiveness(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(ApiRoutes.Liveness).WithTags("Liveness").RequireAuthorization(Policies.Viewer);
        group.MapGet("/", List).WithSummary("List the providers with the request that each is sent");
        group.MapPost("/{id}", Switch).RequireAuthorization(Policies.Admin).RequireRateLimiting(RateLimits.Costly).WithSummary("Switch a provider on or off");
        return group;
    }

    private static async Task<Ok<List<LivenessProvider>>> List(SentinelDbContext db, CancellationToken cancellationToken)
    {
        var counts = await db.SecretLiveness.Where(row => row.State != null).GroupBy(row => new { row.ProviderId, row.State })
            .Select(group => new { group.Key.ProviderId, group.Key.State, Count = group.Count() }).ToListAsync(cancellationToken);
        var known = counts.ToDictionary(row => (row.ProviderId, row.State!.Value), row => row.Count);
        var rows = await db.LivenessProviders.AsNoTracking().OrderBy(row => row.Name).ToListAsync(cancellationToken);
        return TypedResults.Ok(rows.ConvertAll(row => ToContract(row, state => known.GetValueOrDefault((row.Id, state)))));
    }

    private static async Task<Results<Ok<LivenessProvider>, ProblemHttpResult>> Switch(
        string id, SwitchLivenessRequest request, CurrentUser user, SentinelDbContext db, AuditTrail audit, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await db.LivenessProviders.SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } row) return ProblemTypes.Missing("provider");
        if (row.Enabled != request.Enabled)
        {
            (row.Enabled, row.ChangedBy, row.ChangedAt) = (request.Enabled, user.Login, time.GetUtcNow());
            audit.Add(user.Login, request.Enabled ? "liveness.enabled" : "liveness.disabled", "liveness-provider", id, new { row.Host });
            await db.SaveChangesAsync(cancellationToken);
        }

        return TypedResults.Ok(ToContract(row, _ => 0));
    }

    private static LivenessProvider ToContract(ProviderRow row, Func<LivenessState, int> count) => new(
        row.Id, row.Name, row.Host, row.Request, row.Documentation, row.RuleIds, row.Enabled, row.Blocked, row.ChangedBy, row.ChangedAt,
        count(LivenessState.Live), count(LivenessState.Dead), count(LivenessState.Unknown));
}
