using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Paging;
using Sentinel.Contracts.Findings;
using Sentinel.Data;
using Finding = Sentinel.Data.Findings.Finding;

namespace Sentinel.Api.Findings;

/// <summary>The query string of <c>GET /api/v1/findings</c>; see <see cref="FindingQuery"/>.</summary>
internal sealed class FindingFilter
{
    public const int MaxText = 200;

    public FindingState[]? State { get; init; }

    public Severity[]? Severity { get; init; }

    public FindingCategory[]? Category { get; init; }

    public Guid? RepositoryId { get; init; }

    [MaxLength(200)]
    public string? RuleId { get; init; }

    public Guid? ScanId { get; init; }

    [MaxLength(MaxText)]
    public string? Q { get; init; }

    public string? After { get; init; }

    [Range(1, PageLimits.Max)]
    public int? Limit { get; init; }

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
