using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Rules;

namespace Sentinel.Web.Model;

/// <summary>Narrows the rule list, which is small enough to be filtered where it is shown.</summary>
public static class RuleFilter
{
    public static IReadOnlyList<RuleSummary> Apply(IReadOnlyList<RuleSummary> rules, string? text, FindingCategory? category)
    {
        var wanted = text?.Trim() ?? "";
        return [.. rules
            .Where(r => category is null || r.Category == category)
            .Where(r => wanted.Length == 0 || Matches(r, wanted))
            .OrderByDescending(r => r.Severity).ThenBy(r => r.Id, StringComparer.Ordinal)];
    }

    private static bool Matches(RuleSummary rule, string text) =>
        rule.Id.Contains(text, StringComparison.OrdinalIgnoreCase)
        || rule.Title.Contains(text, StringComparison.OrdinalIgnoreCase)
        || (rule.Cwe is { } cwe && string.Equals($"CWE-{cwe}", text, StringComparison.OrdinalIgnoreCase));
}
