using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.CustomRules;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Rules;
using Sentinel.Data;
using Sentinel.Data.Access;
using Sentinel.Data.CustomRules;
using Sentinel.Data.Findings;
using CustomRuleVersion = Sentinel.Contracts.CustomRules.CustomRuleVersion;
using RunRow = Sentinel.Data.CustomRules.CustomRuleDryRun;

namespace Sentinel.Api.CustomRules;

/// <summary>The organisation's own rules, as lists, pages and findings show them.</summary>
internal static class CustomRuleQueries
{
    private const string Advice =
        "Revoke or rotate it first; removing the line is not enough, because the value stays in the history and in every clone. Then read the new value from a secret store or an environment variable.";

    private const string Analyzer = "secrets/patterns";

    public static async Task<List<CustomRuleSummary>> ListAsync(SentinelDbContext db, CancellationToken cancellationToken)
    {
        var open = await OpenAsync(db, cancellationToken);
        var rows = await (
            from rule in db.CustomRules.AsNoTracking()
            join version in db.CustomRuleVersions.AsNoTracking() on new { rule.Id, Version = rule.LatestVersion } equals new { Id = version.RuleId, version.Version }
            orderby rule.Id
            select new { Rule = rule, version.Definition }).ToListAsync(cancellationToken);
        return rows.ConvertAll(row => Summary(row.Rule, row.Definition, open.GetValueOrDefault(row.Rule.Id)));
    }

    public static async Task<CustomRuleDetail?> DetailAsync(SentinelDbContext db, string id, CancellationToken cancellationToken)
    {
        if (await db.CustomRules.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } rule) return null;
        var versions = await db.CustomRuleVersions.AsNoTracking().Where(row => row.RuleId == id).OrderByDescending(row => row.Version).ToListAsync(cancellationToken);
        var runs = (await db.CustomRuleDryRuns.AsNoTracking().Where(row => row.RuleId == id).ToListAsync(cancellationToken))
            .GroupBy(row => row.Version).ToDictionary(group => group.Key, group => group.MaxBy(row => row.Id)!);
        var open = await db.Findings.NeedingWork().CountAsync(finding => finding.RuleId == id, cancellationToken);
        return new CustomRuleDetail(
            Summary(rule, versions[0].Definition, open),
            [.. versions.Select(version => new CustomRuleVersion(
                version.Version, version.Definition, version.CreatedBy, version.CreatedAt, version.ActivatedBy, version.ActivatedAt,
                runs.TryGetValue(version.Version, out var run) ? ToContract(run, db.View) : null))]);
    }

    /// <summary>The active ones as rules among the others.</summary>
    public static async Task<List<RuleSummary>> ActiveAsync(SentinelDbContext db, CancellationToken cancellationToken)
    {
        var open = await OpenAsync(db, cancellationToken);
        var active = await (
            from rule in db.CustomRules.AsNoTracking()
            join version in db.CustomRuleVersions.AsNoTracking() on rule.Id equals version.RuleId
            where version.Version == rule.ActiveVersion
            orderby rule.Id
            select version.Definition).ToListAsync(cancellationToken);
        return active.ConvertAll(definition => AsRule(definition, open.GetValueOrDefault(definition.Id)));
    }

    /// <summary>What a rule says, active or not; null when there is no such rule.</summary>
    public static async Task<RuleSummary?> FindAsync(SentinelDbContext db, string id, CancellationToken cancellationToken)
    {
        if (!id.StartsWith(CustomRuleFile.IdPrefix, StringComparison.Ordinal)) return null;
        var definition = await (
            from rule in db.CustomRules.AsNoTracking()
            join version in db.CustomRuleVersions.AsNoTracking() on rule.Id equals version.RuleId
            where rule.Id == id && version.Version == (rule.ActiveVersion ?? rule.LatestVersion)
            select version.Definition).SingleOrDefaultAsync(cancellationToken);
        return definition is null ? null : AsRule(definition, await db.Findings.NeedingWork().CountAsync(finding => finding.RuleId == id, cancellationToken));
    }

    /// <summary>A dry run as far as <paramref name="view"/> goes: what it found elsewhere is left out, of the sums too.</summary>
    public static DryRun ToContract(RunRow run, RepositoryView view)
    {
        var all = new DryRun(
            run.Id, run.Status, run.Against, run.RepositoriesTotal, run.RepositoriesDone, run.Files, run.Added, run.Removed, run.RequestedBy, run.RequestedAt, run.CompletedAt,
            run.Repositories, run.Detail);
        if (view.SeesAll) return all;
        DryRunRepository[] seen = [.. run.Repositories.Where(item => view.Includes(item.Id))];
        return all with { Repositories = seen, Added = seen.Sum(item => item.Added), Removed = seen.Sum(item => item.Removed) };
    }

    private static Task<Dictionary<string, int>> OpenAsync(SentinelDbContext db, CancellationToken cancellationToken) =>
        db.Findings.NeedingWork().Where(finding => finding.RuleId.StartsWith(CustomRuleFile.IdPrefix)).GroupBy(finding => finding.RuleId)
            .Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(row => row.Key, row => row.Count, cancellationToken);

    private static CustomRuleSummary Summary(CustomRule rule, CustomRuleDefinition definition, int open) => new(
        rule.Id, definition.Title, definition.Severity, definition.Confidence, rule.ActiveVersion, rule.LatestVersion, rule.ChangedBy, rule.ChangedAt, open);

    private static RuleSummary AsRule(CustomRuleDefinition definition, int open) => new(
        definition.Id, definition.Title, FindingCategory.Secret, definition.Severity, definition.Confidence, 798, Analyzer,
        $"{definition.Title}, a rule of this organisation: whoever can read the code, its history, a build log or a container image can use the value until it is revoked.",
        string.IsNullOrWhiteSpace(definition.Remediation) ? Advice : definition.Remediation, [], open);
}
