using Microsoft.AspNetCore.Http.HttpResults;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Contracts.CustomRules;
using Sentinel.Data;

namespace Sentinel.Api.CustomRules;

/// <summary>Rules of the organisation: triagers write and try them, administrators put them to work.</summary>
internal static class CustomRulesApi
{
    public static RouteGroupBuilder MapCustomRules(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(ApiRoutes.CustomRules).WithTags("Custom rules").RequireAuthorization(Policies.Viewer);
        group.MapGet("/", List).WithSummary("List the organisation's own rules");
        group.MapGet("/{id}", Get).WithSummary("Get a rule with its versions and dry runs");

        var write = group.MapGroup("").RequireAuthorization(Policies.Triager);
        write.MapPost("/check", Check).WithSummary("Check a definition without storing anything");
        write.MapPost("/", SaveCustomRule.Handle).RequireRateLimiting(RateLimits.Costly).WithSummary("Store a definition as a new version");
        write.MapPost("/{id}/versions/{version}/dry-run", StartDryRun.Handle).RequireRateLimiting(RateLimits.Costly).WithSummary("Try a version over the head of every repository");

        var activate = group.MapGroup("").RequireAuthorization(Policies.Admin).RequireRateLimiting(RateLimits.Costly);
        activate.MapPost("/{id}/versions/{version}/activate", ActivateCustomRule.Activate).WithSummary("Let a version take part in every scan");
        activate.MapPost("/{id}/deactivate", ActivateCustomRule.Deactivate).WithSummary("Take a rule out of all scans");
        return group;
    }

    private static async Task<Ok<List<CustomRuleSummary>>> List(SentinelDbContext db, CancellationToken cancellationToken) =>
        TypedResults.Ok(await CustomRuleQueries.ListAsync(db, cancellationToken));

    private static async Task<Results<Ok<CustomRuleDetail>, ProblemHttpResult>> Get(string id, SentinelDbContext db, CancellationToken cancellationToken) =>
        await CustomRuleQueries.DetailAsync(db, id, cancellationToken) is { } detail ? TypedResults.Ok(detail) : ProblemTypes.Missing("custom rule");

    private static async Task<Results<Ok<CustomRuleCheck>, ValidationProblem>> Check(CheckCustomRuleRequest request, CancellationToken cancellationToken)
    {
        if (request.Definition is null) return ProblemTypes.Invalid("definition", "The definition is missing.");
        if (request.Text?.Length > CustomRuleChecker.MaxText) return ProblemTypes.Invalid("text", $"The text to try has {CustomRuleChecker.MaxText:N0} characters at most.");
        return TypedResults.Ok(await CustomRuleChecker.CheckAsync(request.Definition, request.Text, cancellationToken));
    }
}
