using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Paging;
using Sentinel.Contracts.Findings;
using Sentinel.Data;
using Finding = Sentinel.Data.Findings.Finding;

namespace Sentinel.Api.Findings;

/// <summary>The query string of <c>GET /api/v1/findings</c>; see <see cref="FindingQuery"/>.</summary>
internal sealed class FindingFilter
{
    private const int MaxText = 200;

    public FindingState[]? State { get; init; }

    public Severity[]? Severity { get; init; }

    public FindingCategory[]? Category { get; init; }

    public Guid? RepositoryId { get; init; }

    public string? RuleId { get; init; }

    public Guid? ScanId { get; init; }

    public string? Q { get; init; }

    public string? After { get; init; }

    public int? Limit { get; init; }

    /// <summary>All faults by field; empty when the filter can be applied.</summary>
    public Dictionary<string, string[]> Faults()
    {
        var faults = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (Limit is < 1 or > PageLimits.Max) faults["limit"] = [$"A page holds 1 to {PageLimits.Max} items."];
        if (Q?.Length > MaxText) faults["q"] = [$"Search for at most {MaxText} characters."];
        if (RuleId?.Length > MaxText) faults["ruleId"] = ["That is not the id of a rule."];
        return faults;
    }

    /// <summary>Narrows the findings to those asked for.</summary>
    public IQueryable<Finding> Apply(IQueryable<Finding> findings, SentinelDbContext db)
    {
        if (State is { Length: > 0 }) findings = findings.Where(finding => State.Contains(finding.State));
        if (Severity is { Length: > 0 }) findings = findings.Where(finding => Severity.Contains(finding.Severity));
        if (Category is { Length: > 0 }) findings = findings.Where(finding => Category.Contains(finding.Category));
        if (RepositoryId is { } repository) findings = findings.Where(finding => finding.RepositoryId == repository);
        if (!string.IsNullOrEmpty(RuleId)) findings = findings.Where(finding => finding.RuleId == RuleId);
        if (ScanId is { } scan) findings = findings.Where(finding => db.FindingEvents.Any(item => item.FindingId == finding.Id && item.ScanId == scan));
        if (LikePattern.Contains(Q) is { } pattern)
        {
            findings = findings.Where(finding =>
                EF.Functions.ILike(finding.Title, pattern, LikePattern.EscapeCharacter) || EF.Functions.ILike(finding.Path, pattern, LikePattern.EscapeCharacter));
        }

        return findings;
    }
}
