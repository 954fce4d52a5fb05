using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Rules;
using Sentinel.Data;
using Sentinel.Data.Imports;

namespace Sentinel.Api.Imports;

/// <summary>Rules of other tools, as far as they were imported.</summary>
internal static class ImportedRuleQueries
{
    /// <summary>What the tool said of a rule last; null when nobody who may be seen imported it.</summary>
    /// <param name="repositoryId">The repository whose import counts; null for the newest of all.</param>
    public static async Task<RuleSummary?> FindAsync(SentinelDbContext db, string id, Guid? repositoryId, CancellationToken cancellationToken)
    {
        var rules = db.ImportedRules.AsNoTracking().Where(rule => rule.Id == id);
        if (repositoryId is { } repository) rules = rules.Where(rule => rule.RepositoryId == repository);
        return await rules.OrderByDescending(rule => rule.UpdatedAt).FirstOrDefaultAsync(cancellationToken) is { } found ? Summary(found) : null;
    }

    private static RuleSummary Summary(ImportedRule rule) => new(
        rule.Id, rule.Title, rule.Category, rule.Severity, rule.Confidence, rule.Cwe, rule.Reporter, rule.Description, rule.Remediation,
        rule.HelpUri is { } page ? [page] : [], OpenFindings: 0);
}
