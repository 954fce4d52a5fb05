using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Contracts.Noise;
using Sentinel.Data;
using Sentinel.Data.Noise;
using Sentinel.Scanning.Policies;

namespace Sentinel.Api.Noise;

/// <summary>How often what rules told at pull requests was acted on, and which of them stopped commenting.</summary>
internal static class NoiseApi
{
    private const int Percent = 100;

    public static RouteGroupBuilder MapNoise(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(ApiRoutes.Noise).WithTags("Noise").RequireAuthorization(Policies.Viewer);
        group.MapGet("/", List).WithSummary("List what became of what each rule told at pull requests, by repository");
        group.MapPost("/{id:guid}", SetRuleComments.Handle).WithSummary("Let a rule always comment in a repository, or the figures decide again")
            .RequireAuthorization(Policies.Triager).RequireRateLimiting(RateLimits.Costly);
        return group;
    }

    private static async Task<Ok<List<RuleNoise>>> List(
        SentinelDbContext db, TimeProvider time, Guid? repositoryId, [MaxLength(SetRuleComments.MaxRuleId)] string? ruleId, CancellationToken cancellationToken)
    {
        var figures = await NoiseFigures.ReadAsync(db, repositoryId, ruleId, time.GetUtcNow(), cancellationToken);
        Guid[] ids = [.. figures.Select(row => row.RepositoryId).Distinct()];
        var repositories = await db.Repositories.AsNoTracking().Where(row => ids.Contains(row.Id))
            .Select(row => new { row.Id, row.FullName, row.MinimumActedOn }).ToDictionaryAsync(row => row.Id, cancellationToken);
        return TypedResults.Ok(figures.Where(row => repositories.ContainsKey(row.RepositoryId))
            .Select(row => ToContract(row, repositories[row.RepositoryId].FullName, repositories[row.RepositoryId].MinimumActedOn ?? PolicyComments.DefaultMinimumActedOn))
            .ToList());
    }

    private static RuleNoise ToContract(RuleFigures figures, string repository, int minimum) => new(
        figures.RepositoryId, repository, figures.RuleId, figures.Told, figures.ActedOn, figures.NotActedOn,
        figures.Settled == 0 ? null : (double)figures.ActedOn / figures.Settled, (double)minimum / Percent,
        figures.Always ? CommentState.Always : NoiseBudget.IsSilent(figures, minimum) ? CommentState.DashboardOnly : CommentState.Speaks,
        figures.LastEndedAt, figures.AlwaysBy, figures.AlwaysSince);
}
