using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Paging;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Data;
using Entry = Sentinel.Contracts.Audit.AuditEntry;

namespace Sentinel.Api.Audit;

/// <summary>The audit log, newest first; for administrators.</summary>
internal static class AuditApi
{
    public static RouteGroupBuilder MapAudit(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(ApiRoutes.Audit).WithTags("Audit").RequireAuthorization(Policies.Admin);
        group.MapGet("/", List).WithSummary("List who changed what, newest first");
        return group;
    }

    private static async Task<Results<Ok<Page<Entry>>, ValidationProblem>> List(
        SentinelDbContext db, string? after, [Range(1, PageLimits.Max)] int? limit, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode<IdKey>(after, out var key)) return Pages.BadCursor();
        var query = db.AuditLog.AsNoTracking();
        if (key is not null) query = query.Where(entry => entry.Id < key.Id);
        var rows = await query.OrderByDescending(entry => entry.Id)
            .Take(PageLimits.Of(limit) + 1)
            .Select(entry => new Entry(
                entry.Id, entry.At, entry.Actor, entry.Action, entry.SubjectType, entry.SubjectId, entry.RequestId, entry.Detail))
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(Pages.Of(rows, PageLimits.Of(limit), entry => new IdKey(entry.Id)));
    }
}
