using Microsoft.EntityFrameworkCore;
using Sentinel.Data;
using Sentinel.Data.Scans;
using Sentinel.Scanning;
using Sentinel.Worker.Feedback;
using Sentinel.Worker.Findings;

namespace Sentinel.Worker.CodeScanning;

/// <summary>The findings of a commit that need work, where they stood in it.</summary>
internal static class StandingFindings
{
    public static async Task<IReadOnlyList<Finding>> ReadAsync(SentinelDbContext database, ScanSnapshot snapshot, CancellationToken cancellationToken)
    {
        var places = snapshot.Findings.DistinctBy(f => f.Id).ToDictionary(f => f.Id);
        var findings = await HeadStates.NeedingWork(database, [.. places.Keys]).ToListAsync(cancellationToken);
        return [.. findings.Select(f => (Row: f, Place: places[f.Id])).Select(f =>
            StoredFinding.Of(f.Row, f.Row.AnalyzerIds[0], new Location(f.Place.Path, new Region(f.Place.StartLine, f.Place.StartColumn, f.Place.EndLine, f.Place.EndColumn))))];
    }
}
