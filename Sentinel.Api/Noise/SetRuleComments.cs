using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts.Noise;
using Sentinel.Data;

namespace Sentinel.Api.Noise;

/// <summary><c>POST /api/v1/noise/{id}</c>: a person decides that a rule always comments in a repository, or lets the figures decide again.</summary>
internal static class SetRuleComments
{
    public const int MaxRuleId = 200;

    public static async Task<Results<NoContent, ValidationProblem, ProblemHttpResult>> Handle(
        Guid id, SetRuleCommentsRequest request, CurrentUser user, SentinelDbContext db, AuditTrail audit, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!await db.Repositories.AnyAsync(row => row.Id == id, cancellationToken)) return ProblemTypes.Missing("repository");
        if (request.RuleId is not { Length: > 0 and <= MaxRuleId } ruleId || ruleId.Contains('\0', StringComparison.Ordinal))
            return ProblemTypes.Invalid("ruleId", "Give the id of a rule, of 1 to 200 characters, as the list of figures shows it.");
        // Only of what was ever found there: else anybody could fill the table with names.
        if (!await db.Findings.AnyAsync(row => row.RepositoryId == id && row.RuleId == ruleId, cancellationToken)) return ProblemTypes.Missing("rule with findings in this repository");

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await WriteAsync(db, id, ruleId, request.Always, user.Login, time.GetUtcNow(), cancellationToken) > 0)
        {
            audit.Add(user.Login, request.Always ? "rule.comments-always" : "rule.comments-automatic", "repository", id.ToString(), new { ruleId });
            await db.SaveChangesAsync(cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    private static Task<int> WriteAsync(SentinelDbContext db, Guid repositoryId, string ruleId, bool always, string by, DateTimeOffset now, CancellationToken cancellationToken) => always
        ? db.Database.ExecuteSqlAsync(
            $"""
            insert into rule_comment_settings (repository_id, rule_id, changed_by, changed_at) values ({repositoryId}, {ruleId}, {by}, {now})
            on conflict (repository_id, rule_id) do nothing
            """,
            cancellationToken)
        : db.RuleCommentSettings.Where(row => row.RepositoryId == repositoryId && row.RuleId == ruleId).ExecuteDeleteAsync(cancellationToken);
}
