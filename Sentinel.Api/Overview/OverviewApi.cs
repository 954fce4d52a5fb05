using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Repositories;
using Sentinel.Api.Scans;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Contracts.Overview;
using Sentinel.Data;
using Sentinel.Data.Repositories;

namespace Sentinel.Api.Overview;

/// <summary>The whole estate at a glance.</summary>
internal static class OverviewApi
{
    private const int LatestScans = 10;

    public static RouteHandlerBuilder MapOverview(this IEndpointRouteBuilder routes) => routes
        .MapGet(ApiRoutes.Overview, Get)
        .WithTags("Overview").WithSummary("Get open findings, trend, latest scans and coverage gaps")
        .RequireAuthorization(Policies.Viewer);

    private static async Task<Ok<OverviewResponse>> Get(SentinelDbContext db, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var open = await OpenCounts.AllAsync(db, cancellationToken);
        var trend = await Trend.LastDaysAsync(db, open.Total, now, cancellationToken);
        var week = trend.TakeLast(7).ToList();
        return TypedResults.Ok(new OverviewResponse(
            await db.Repositories.CountAsync(repository => repository.Id != Repository.Heartbeat, cancellationToken), open, week.Sum(day => day.Opened), week.Sum(day => day.Closed), trend,
            await db.Scans.AsNoTracking().OfRepositories().OrderByDescending(scan => scan.Id).Take(LatestScans).Summaries(db).ToListAsync(cancellationToken),
            await CoverageGaps.WorstAsync(db, now, cancellationToken)));
    }
}
