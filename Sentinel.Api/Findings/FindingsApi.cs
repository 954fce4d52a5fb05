using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Explanations;
using Sentinel.Api.Liveness;
using Sentinel.Api.Paging;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Contracts.Findings;
using Sentinel.Data;
using Sentinel.Data.Exposure;

namespace Sentinel.Api.Findings;

/// <summary>Findings: lists with filters, the evidence of one, and people's decisions about it.</summary>
internal static class FindingsApi
{
    public static RouteGroupBuilder MapFindings(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(ApiRoutes.Findings).WithTags("Findings").RequireAuthorization(Policies.Viewer);
        group.MapGet("/", List).WithSummary("List findings, worst first");
        group.MapGet("/{id:guid}", Get).WithSummary("Get a finding with its evidence and history");
        group.MapGet("/{id:guid}/explanation", ExplanationsApi.Get).WithSummary("Get the newest explanation");

        var change = group.MapGroup("").RequireAuthorization(Policies.Triager).RequireRateLimiting(RateLimits.Costly);
        change.MapPost("/{id:guid}/dismiss", DismissFinding.Handle).WithSummary("Dismiss a finding with a reason");
        change.MapPost("/{id:guid}/reopen", ReopenFinding.Handle).WithSummary("Take a dismissal or an attested rotation back");
        change.MapPost("/{id:guid}/attest-rotation", AttestRotation.Handle).WithSummary("Say that a secret was rotated");
        change.MapPost("/{id:guid}/check-liveness", CheckLiveness.Handle).WithSummary("Ask the provider whether a secret still works");
        change.MapPost("/{id:guid}/explanation", ExplanationsApi.Request).WithSummary("Ask for an explanation");
        return group;
    }

    private static async Task<Results<Ok<Page<FindingSummary>>, ValidationProblem>> List(
        [AsParameters] FindingFilter filter, SentinelDbContext db, TimeProvider time, CancellationToken cancellationToken)
    {
        if (filter.Faults() is { Count: > 0 } faults) return TypedResults.ValidationProblem(faults, type: ProblemTypes.Validation);
        if (!Cursor.TryDecode<FindingKey>(filter.After, out var key)) return Pages.BadCursor();
        var findings = filter.Apply(db.Findings.AsNoTracking(), db);
        if (key is not null)
        {
            findings = findings.Where(finding =>
                finding.SeverityRank < key.Rank || (finding.SeverityRank == key.Rank && finding.Id < key.Id));
        }

        var size = PageLimits.Of(filter.Limit);
        var page = findings.OrderByDescending(finding => finding.SeverityRank).ThenByDescending(finding => finding.Id).Take(size + 1);
        var rows = await (
            from finding in page
            join repository in db.Repositories on finding.RepositoryId equals repository.Id
            join exposure in db.SecretExposures on finding.Id equals exposure.FindingId into exposures
            from exposure in exposures.DefaultIfEmpty()
            orderby finding.SeverityRank descending, finding.Id descending
            select new
            {
                finding.SeverityRank,
                finding.ClosedAt,
                FirstPushedAt = exposure == null ? null : exposure.FirstPushedAt,
                CommittedAt = exposure == null ? null : exposure.CommittedAt,
                RotatedAt = exposure == null ? null : exposure.RotatedAt,
                Summary = new FindingSummary(
                    finding.Id, finding.RepositoryId, repository.FullName, finding.RuleId, finding.Category, finding.Severity,
                    finding.Confidence, finding.State, finding.Title, finding.Path, finding.StartLine, finding.MaskedPreview,
                    finding.FirstSeenAt, finding.LastSeenAt, null, finding.Liveness),
            }).ToListAsync(cancellationToken);
        var result = Pages.Of(rows, size, row => new FindingKey(row.SeverityRank, row.Summary.Id));
        var now = time.GetUtcNow();
        return TypedResults.Ok(new Page<FindingSummary>(
            [.. result.Items.Select(row => row.Summary.Category is FindingCategory.Secret
                ? row.Summary with { MinutesExposed = Minutes(row.Summary, row.FirstPushedAt, row.CommittedAt, row.RotatedAt, row.ClosedAt, now) }
                : row.Summary)],
            result.Next));
    }

    private static long Minutes(
        FindingSummary finding, DateTimeOffset? firstPushedAt, DateTimeOffset? committedAt, DateTimeOffset? rotatedAt, DateTimeOffset? closedAt, DateTimeOffset now) =>
        ExposureClock.Minutes(
            ExposureClock.Since(firstPushedAt, committedAt, finding.FirstSeenAt), ExposureClock.Until(rotatedAt, finding.State, closedAt), now);

    private static async Task<Results<Ok<FindingDetail>, ProblemHttpResult>> Get(
        Guid id, SentinelDbContext db, TimeProvider time, CancellationToken cancellationToken) =>
        await FindingDetails.LoadAsync(db, id, time.GetUtcNow(), cancellationToken) is { } detail ? TypedResults.Ok(detail) : ProblemTypes.Missing("finding");
}
