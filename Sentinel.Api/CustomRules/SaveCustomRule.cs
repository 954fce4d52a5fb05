using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Contracts.CustomRules;
using Sentinel.Data;
using Sentinel.Data.CustomRules;
using VersionRow = Sentinel.Data.CustomRules.CustomRuleVersion;

namespace Sentinel.Api.CustomRules;

/// <summary><c>POST /api/v1/custom-rules</c>: the first version of a rule, or its next. What was stored is never changed.</summary>
internal static class SaveCustomRule
{
    private const int MaxRules = 200;
    private const int MaxVersions = 1000;

    public static async Task<Results<Ok<CustomRuleDetail>, ValidationProblem, ProblemHttpResult>> Handle(
        CustomRuleDefinition definition, CurrentUser user, SentinelDbContext db, AuditTrail audit, TimeProvider time, CancellationToken cancellationToken)
    {
        var check = await CustomRuleChecker.CheckAsync(definition, null, cancellationToken);
        if (check.Faults.Count > 0)
            return TypedResults.ValidationProblem(new Dictionary<string, string[]>(StringComparer.Ordinal) { ["definition"] = [.. check.Faults] }, type: ProblemTypes.Validation);

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // One writer at a time: versions are counted up.
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended('custom-rules', 0))", cancellationToken);
        var rule = await db.CustomRules.SingleOrDefaultAsync(row => row.Id == definition.Id, cancellationToken);
        if (rule is null && await db.CustomRules.CountAsync(cancellationToken) >= MaxRules)
            return ProblemTypes.Problem(StatusCodes.Status409Conflict, ProblemTypes.Conflict, $"There are {MaxRules} custom rules already, which is the most.");
        if (rule?.LatestVersion >= MaxVersions)
            return ProblemTypes.Problem(StatusCodes.Status409Conflict, ProblemTypes.Conflict, $"The rule has {MaxVersions} versions, which is the most; make a new one.");
        if (rule is null || !await IsSameAsync(db, rule, definition, cancellationToken))
        {
            var now = time.GetUtcNow();
            if (rule is null) db.CustomRules.Add(rule = new CustomRule { Id = definition.Id, LatestVersion = 1, ChangedBy = user.Login, ChangedAt = now });
            else (rule.LatestVersion, rule.ChangedBy, rule.ChangedAt) = (rule.LatestVersion + 1, user.Login, now);
            db.CustomRuleVersions.Add(new VersionRow { RuleId = rule.Id, Version = rule.LatestVersion, Definition = definition, CreatedBy = user.Login, CreatedAt = now });
            audit.Add(user.Login, "custom-rule.saved", "custom-rule", rule.Id, new { version = rule.LatestVersion });
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return TypedResults.Ok((await CustomRuleQueries.DetailAsync(db, definition.Id, cancellationToken))!);
    }

    private static async Task<bool> IsSameAsync(SentinelDbContext db, CustomRule rule, CustomRuleDefinition definition, CancellationToken cancellationToken)
    {
        var latest = await db.CustomRuleVersions.AsNoTracking().SingleAsync(row => row.RuleId == rule.Id && row.Version == rule.LatestVersion, cancellationToken);
        return JsonSerializer.Serialize(latest.Definition, SentinelJson.Options) == JsonSerializer.Serialize(definition, SentinelJson.Options);
    }
}
