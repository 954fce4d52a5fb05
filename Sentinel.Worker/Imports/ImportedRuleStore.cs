using Microsoft.EntityFrameworkCore;
using Sentinel.Data;
using Sentinel.Scanning;
using Sentinel.Scanning.Imports;
using Contract = Sentinel.Contracts.Findings;
using Row = Sentinel.Data.Imports.ImportedRule;

namespace Sentinel.Worker.Imports;

/// <summary>Keeps what tools say of their rules: findings show it.</summary>
internal static class ImportedRuleStore
{
    public static async Task SaveAsync(SentinelDbContext database, Guid repositoryId, IEnumerable<ImportedRun> runs, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rules = runs.SelectMany(run => run.Rules.Select(rule => (run.Reporter, Rule: rule))).Where(r => RuleCatalog.Find(r.Rule.Id) is null).DistinctBy(r => r.Rule.Id, StringComparer.Ordinal).ToArray();
        var ids = rules.Select(r => r.Rule.Id).ToArray();
        var known = await database.ImportedRules.Where(r => r.RepositoryId == repositoryId && ids.Contains(r.Id)).ToDictionaryAsync(r => r.Id, StringComparer.Ordinal, cancellationToken);
        foreach (var (reporter, rule) in rules)
        {
            if (known.TryGetValue(rule.Id, out var row)) Describe(row, reporter, rule, now);
            else database.ImportedRules.Add(New(repositoryId, reporter, rule, now));
        }
    }

    private static Row New(Guid repositoryId, string reporter, ImportedRule rule, DateTimeOffset now)
    {
        var row = new Row
        {
            RepositoryId = repositoryId,
            Id = rule.Id,
            Reporter = reporter,
            Title = rule.Title,
            Category = default,
            Severity = default,
            Confidence = default,
            Description = "",
            Remediation = "",
            UpdatedAt = now,
        };
        Describe(row, reporter, rule, now);
        return row;
    }

    private static void Describe(Row row, string reporter, ImportedRule rule, DateTimeOffset now)
    {
        (row.Reporter, row.Title, row.Description, row.Remediation, row.HelpUri) = (reporter, rule.Title, rule.Description, rule.Remediation, rule.HelpUri);
        (row.Cwe, row.UpdatedAt) = (rule.Cwe, now);
        row.Category = Enum.Parse<Contract.FindingCategory>(rule.Category.ToString());
        row.Severity = Enum.Parse<Contract.Severity>(rule.Severity.ToString());
        row.Confidence = Enum.Parse<Contract.Confidence>(rule.Confidence.ToString());
    }
}
