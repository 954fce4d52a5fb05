using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Contracts.CustomRules;
using Sentinel.Data;
using Sentinel.Data.CustomRules;

namespace Sentinel.Api.CustomRules;

/// <summary><c>POST /api/v1/custom-rules/{id}/versions/{version}/dry-run</c>: a worker tries the version; one that is under way is answered again.</summary>
internal static class StartDryRun
{
    public static async Task<Results<Accepted<DryRun>, ProblemHttpResult>> Handle(
        string id, int version, CurrentUser user, SentinelDbContext db, AuditTrail audit, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended('custom-rules', 0))", cancellationToken);
        if (!await db.CustomRuleVersions.AnyAsync(row => row.RuleId == id && row.Version == version, cancellationToken)) return ProblemTypes.Missing("version of a custom rule");
        var run = await db.CustomRuleDryRuns
            .FirstOrDefaultAsync(row => row.RuleId == id && row.Version == version && (row.Status == DryRunStatus.Queued || row.Status == DryRunStatus.Running), cancellationToken);
        if (run is null)
        {
            run = new CustomRuleDryRun { RuleId = id, Version = version, RequestedBy = user.Login, RequestedAt = time.GetUtcNow() };
            db.CustomRuleDryRuns.Add(run);
            audit.Add(user.Login, "custom-rule.dry-run", "custom-rule", id, new { version });
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return TypedResults.Accepted($"{ApiRoutes.CustomRules}/{id}", CustomRuleQueries.ToContract(run, db.View));
    }
}
