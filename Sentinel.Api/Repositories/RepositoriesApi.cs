using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Paging;
using Sentinel.Api.Problems;
using Sentinel.Api.Scans;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Contracts.Repositories;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Repositories;

namespace Sentinel.Api.Repositories;

/// <summary>The repositories that Sentinel knows of.</summary>
internal static class RepositoriesApi
{
    private const int LatestScans = 20;

    public static RouteGroupBuilder MapRepositories(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(ApiRoutes.Repositories).WithTags("Repositories").RequireAuthorization(Policies.Viewer);
        group.MapGet("/", List).WithSummary("List repositories by name");
        group.MapGet("/{id:guid}", Get).WithSummary("Get a repository with its latest scans");
        group.MapPost("/{id:guid}/history-scans", CreateHistoryScan.Handle).WithSummary("Look for secrets in the commits of all refs")
            .RequireAuthorization(Policies.Triager).RequireRateLimiting(RateLimits.Costly);
        return group;
    }

    private static async Task<Results<Ok<Page<RepositorySummary>>, ValidationProblem>> List(
        SentinelDbContext db, [MaxLength(200)] string? q, string? after, [Range(1, PageLimits.Max)] int? limit, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode<NameKey>(after, out var key)) return Pages.BadCursor();
        var repositories = db.Repositories.AsNoTracking().Where(row => row.Id != Repository.Heartbeat);
        if (LikePattern.Contains(q) is { } pattern)
            repositories = repositories.Where(row => EF.Functions.ILike(row.FullName, pattern, LikePattern.EscapeCharacter));
        if (key is not null)
            repositories = repositories.Where(row => row.FullName.CompareTo(key.Name) > 0 || (row.FullName == key.Name && row.Id > key.Id));
        var size = PageLimits.Of(limit);
        var rows = await repositories.OrderBy(row => row.FullName).ThenBy(row => row.Id).Take(size + 1).ToListAsync(cancellationToken);
        var page = Pages.Of(rows, size, row => new NameKey(row.FullName, row.Id));
        return TypedResults.Ok(new Page<RepositorySummary>(await SummariesAsync(db, page.Items, cancellationToken), page.Next));
    }

    private static async Task<Results<Ok<RepositoryDetail>, ProblemHttpResult>> Get(
        Guid id, SentinelDbContext db, CancellationToken cancellationToken)
    {
        if (await db.Repositories.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } repository)
            return ProblemTypes.Missing("repository");
        var summaries = await SummariesAsync(db, [repository], cancellationToken);
        var scans = await db.Scans.AsNoTracking().Where(scan => scan.RepositoryId == id).OrderByDescending(scan => scan.Id).Take(LatestScans)
            .Summaries(db).ToListAsync(cancellationToken);
        var codeScanning = await db.CodeScanningUploads.AsNoTracking().Where(row => row.RepositoryId == id)
            .Select(row => new CodeScanningStatus(row.State, row.At, row.CommitSha, row.Results, row.LeftOut, row.Detail)).SingleOrDefaultAsync(cancellationToken);
        return TypedResults.Ok(new RepositoryDetail(summaries[0], scans, codeScanning));
    }

    private static async Task<List<RepositorySummary>> SummariesAsync(
        SentinelDbContext db, IReadOnlyList<Repository> rows, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. rows.Select(row => row.Id)];
        var open = await OpenCounts.ByRepositoryAsync(db, ids, cancellationToken);
        // The newest scan of each, found by one descent of the index (repository, id) per row of the page.
        var newest = await db.Repositories.Where(row => ids.Contains(row.Id))
            .Select(row => db.Scans.Where(scan => scan.RepositoryId == row.Id).OrderByDescending(scan => scan.Id).Select(scan => (Guid?)scan.Id).FirstOrDefault())
            .ToListAsync(cancellationToken);
        Dictionary<Guid, ScanSummary> scans = await db.Scans.AsNoTracking().Where(scan => newest.Contains(scan.Id))
            .Summaries(db).ToDictionaryAsync(scan => scan.RepositoryId, cancellationToken);
        return [.. rows.Select(row => new RepositorySummary(
            row.Id, row.FullName, row.CloneUrl, row.DefaultBranch, row.Private, row.Archived,
            open.GetValueOrDefault(row.Id, OpenCounts.None), scans.GetValueOrDefault(row.Id), row.LastScanId is not null))];
    }
}
