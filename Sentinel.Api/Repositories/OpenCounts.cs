using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Repositories;
using Sentinel.Data;
using Sentinel.Data.Findings;

namespace Sentinel.Api.Repositories;

/// <summary>Counts findings that need work, by severity.</summary>
internal static class OpenCounts
{
    public static readonly SeverityCounts None = new(0, 0, 0, 0, 0);

    public static async Task<Dictionary<Guid, SeverityCounts>> ByRepositoryAsync(
        SentinelDbContext db, IReadOnlyCollection<Guid> repositories, CancellationToken cancellationToken)
    {
        var rows = await db.Findings
            .Where(finding => repositories.Contains(finding.RepositoryId)).NeedingWork()
            .GroupBy(finding => new { finding.RepositoryId, finding.Severity })
            .Select(group => new { group.Key.RepositoryId, group.Key.Severity, Count = group.Count() })
            .ToListAsync(cancellationToken);
        return rows.GroupBy(row => row.RepositoryId).ToDictionary(group => group.Key, group => Sum(group.Select(row => (row.Severity, row.Count))));
    }

    public static async Task<SeverityCounts> AllAsync(SentinelDbContext db, CancellationToken cancellationToken)
    {
        var rows = await db.Findings.NeedingWork()
            .GroupBy(finding => finding.Severity).Select(group => new { group.Key, Count = group.Count() })
            .ToListAsync(cancellationToken);
        return Sum(rows.Select(row => (row.Key, row.Count)));
    }

    private static SeverityCounts Sum(IEnumerable<(Severity Severity, int Count)> rows)
    {
        var counts = rows.ToDictionary(row => row.Severity, row => row.Count);
        int Of(Severity severity) => counts.GetValueOrDefault(severity);
        return new SeverityCounts(Of(Severity.Critical), Of(Severity.High), Of(Severity.Medium), Of(Severity.Low), Of(Severity.Info));
    }
}
