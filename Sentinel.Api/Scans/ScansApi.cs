using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Paging;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Contracts.Scans;
using Sentinel.Data;

namespace Sentinel.Api.Scans;

/// <summary>Scans: what was looked at, what was not, and asking for more.</summary>
internal static class ScansApi
{
    public static RouteGroupBuilder MapScans(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(ApiRoutes.Scans).WithTags("Scans").RequireAuthorization(Policies.Viewer);
        group.MapGet("/", List).WithSummary("List scans, newest first");
        group.MapGet("/{id:guid}", Get).WithSummary("Get a scan with its report");
        group.MapGet("/{id:guid}/events", ScanEvents.Stream).WithSummary("Follow a scan live (server-sent events)");

        var change = group.MapGroup("").RequireAuthorization(Policies.Triager).RequireRateLimiting(RateLimits.Costly);
        change.MapPost("/", CreateScan.Handle).WithSummary("Scan a repository by its address");
        change.MapPost("/{id:guid}/retry", RetryScan.Handle).WithSummary("Scan the same commit again");
        change.MapPost("/{id:guid}/cancel", CancelScan.Handle).WithSummary("Cancel a queued or running scan");
        return group;
    }

    private static async Task<Results<Ok<Page<ScanSummary>>, ValidationProblem>> List(
        SentinelDbContext db, Guid? repositoryId, ScanStatus[]? status, string? after, [Range(1, PageLimits.Max)] int? limit,
        CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode<IdKey>(after, out var key)) return Pages.BadCursor();
        var scans = db.Scans.AsNoTracking().OfRepositories();
        if (repositoryId is { } repository) scans = scans.Where(scan => scan.RepositoryId == repository);
        if (status is { Length: > 0 }) scans = scans.Where(scan => status.Contains(scan.Status));
        if (key is not null) scans = scans.Where(scan => scan.Id < key.Id);
        var size = PageLimits.Of(limit);
        var rows = await scans.OrderByDescending(scan => scan.Id).Take(size + 1)
            .Summaries(db).ToListAsync(cancellationToken);
        return TypedResults.Ok(Pages.Of(rows, size, scan => new IdKey(scan.Id)));
    }

    private static async Task<Results<Ok<ScanDetail>, ProblemHttpResult>> Get(
        Guid id, SentinelDbContext db, CancellationToken cancellationToken)
    {
        var summary = await db.Scans.AsNoTracking().Where(scan => scan.Id == id).Summaries(db).SingleOrDefaultAsync(cancellationToken);
        if (summary is null) return ProblemTypes.Missing("scan");
        var scan = await db.Scans.AsNoTracking().SingleAsync(row => row.Id == id, cancellationToken);
        return TypedResults.Ok(new ScanDetail(
            summary, scan.Lane, scan.Attempt, scan.WorkerId, scan.BaseSha, scan.SupersededById, scan.BytesScanned, scan.CacheHits,
            scan.RulePackHash, scan.Report));
    }
}
