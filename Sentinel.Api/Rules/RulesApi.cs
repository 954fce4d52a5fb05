using System.Collections.Frozen;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.CustomRules;
using Sentinel.Api.Imports;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Contracts.Rules;
using Sentinel.Data;
using Sentinel.Data.Findings;

namespace Sentinel.Api.Rules;

/// <summary>The active rule pack.</summary>
internal static class RulesApi
{
    public static RouteGroupBuilder MapRules(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(ApiRoutes.Rules).WithTags("Rules").RequireAuthorization(Policies.Viewer);
        group.MapGet("/", List).WithSummary("List the rules with their open findings");
        // Tools give their rules names with slashes.
        group.MapGet("/{**id}", Get).WithSummary("Get a rule");
        return group;
    }

    private static async Task<Ok<List<RuleSummary>>> List(SentinelDbContext db, CancellationToken cancellationToken)
    {
        var open = (await db.Findings.NeedingWork()
            .GroupBy(finding => finding.RuleId).Select(group => new { group.Key, Count = group.Count() })
            .ToListAsync(cancellationToken)).ToFrozenDictionary(row => row.Key, row => row.Count, StringComparer.Ordinal);
        var own = await CustomRuleQueries.ActiveAsync(db, cancellationToken);
        return TypedResults.Ok(RulePack.All.Concat(own).OrderBy(rule => rule.Id, StringComparer.Ordinal).Select(rule => rule with { OpenFindings = open.GetValueOrDefault(rule.Id) }).ToList());
    }

    private static async Task<Results<Ok<RuleSummary>, ProblemHttpResult>> Get(string id, SentinelDbContext db, CancellationToken cancellationToken)
    {
        if ((RulePack.Find(id) ?? await CustomRuleQueries.FindAsync(db, id, cancellationToken) ?? await ImportedRuleQueries.FindAsync(db, id, repositoryId: null, cancellationToken)) is not { } rule) return ProblemTypes.Missing("rule");
        var open = await db.Findings.NeedingWork().CountAsync(finding => finding.RuleId == rule.Id, cancellationToken);
        return TypedResults.Ok(rule with { OpenFindings = open });
    }
}
