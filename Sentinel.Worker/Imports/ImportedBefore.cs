using Microsoft.EntityFrameworkCore;
using Sentinel.Data;
using Sentinel.Scanning;
using Sentinel.Scanning.Imports;
using Sentinel.Worker.Findings;

namespace Sentinel.Worker.Imports;

/// <summary>What earlier imports reported of files whose content is the same now.</summary>
internal static class ImportedBefore
{
    public static async Task<IReadOnlyList<Finding>> ReadAsync(
        SentinelDbContext database, Guid repositoryId, string reference, IReadOnlyCollection<FileEntry> files, CancellationToken cancellationToken)
    {
        var contents = files.Select(f => f.BlobId!).Distinct(StringComparer.Ordinal).ToArray();
        var rows = await (
            from instance in database.FindingInstances.AsNoTracking()
            join finding in database.Findings.AsNoTracking() on instance.FindingId equals finding.Id
            where instance.RepositoryId == repositoryId && instance.Ref == reference && instance.Present && contents.Contains(instance.BlobSha)
                && instance.Reporters.Any(r => r.StartsWith(Reporters.ImportPrefix))
            select new { Finding = finding, Instance = instance }).ToListAsync(cancellationToken);
        return [.. rows.Select(row => StoredFinding.Of(
            row.Finding, row.Instance.Reporters.First(Reporters.IsImport),
            new Location(row.Instance.Path, new Region(row.Instance.StartLine, row.Instance.StartColumn, row.Instance.EndLine, row.Instance.EndColumn))))];
    }
}
