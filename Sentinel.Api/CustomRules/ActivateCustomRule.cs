using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts.CustomRules;
using Sentinel.Data;

namespace Sentinel.Api.CustomRules;

/// <summary>Puts a version to work, or takes its rule out. Only what was tried over the repositories can be put to work.</summary>
internal static class ActivateCustomRule
{
    public static async Task<Results<Ok<CustomRuleDetail>, ProblemHttpResult>> Activate(
        string id, int version, CurrentUser user, SentinelDbContext db, AuditTrail audit, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended('custom-rules', 0))", cancellationToken);
        var row = await db.CustomRuleVersions.SingleOrDefaultAsync(item => item.RuleId == id && item.Version == version, cancellationToken);
        if (row is null) return ProblemTypes.Missing("version of a custom rule");
        if (!await db.CustomRuleDryRuns.AnyAsync(run => run.RuleId == id && run.Version == version && run.Status == DryRunStatus.Done, cancellationToken))
            return ProblemTypes.Problem(StatusCodes.Status409Conflict, ProblemTypes.Conflict, "Try this version in a dry run first: it shows what would change.");

        var rule = await db.CustomRules.SingleAsync(item => item.Id == id, cancellationToken);
        if (rule.ActiveVersion != version)
        {
            var now = time.GetUtcNow();
            audit.Add(user.Login, "custom-rule.activated", "custom-rule", id, new { version, before = rule.ActiveVersion });
            (rule.ActiveVersion, rule.ChangedBy, rule.ChangedAt) = (version, user.Login, now);
            (row.ActivatedBy, row.ActivatedAt) = (user.Login, now);
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return TypedResults.Ok((await CustomRuleQueries.DetailAsync(db, id, cancellationToken))!);
    }

    public static async Task<Results<Ok<CustomRuleDetail>, ProblemHttpResult>> Deactivate(
        string id, CurrentUser user, SentinelDbContext db, AuditTrail audit, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended('custom-rules', 0))", cancellationToken);
        if (await db.CustomRules.SingleOrDefaultAsync(item => item.Id == id, cancellationToken) is not { } rule) return ProblemTypes.Missing("custom rule");
        if (rule.ActiveVersion is { } before)
        {
            audit.Add(user.Login, "custom-rule.deactivated", "custom-rule", id, new { version = before });
            (rule.ActiveVersion, rule.ChangedBy, rule.ChangedAt) = (null, user.Login, time.GetUtcNow());
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return TypedResults.Ok((await CustomRuleQueries.DetailAsync(db, id, cancellationToken))!);
    }
}
