using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Scans;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.Worker.Exposure;

/// <summary>Has the history of a repository read once, after its first tree was: most leaked secrets are older than Sentinel.</summary>
internal sealed class HistoryAfterFirstScan(IOptions<ExposureOptions> options, TimeProvider time)
{
    /// <summary>Adds the scan to the caller's transaction.</summary>
    /// <returns>What to announce to the queue after the commit; null when there is nothing to do.</returns>
    public async Task<Guid?> PlanAsync(SentinelDbContext database, Scan first, CancellationToken cancellationToken)
    {
        if (!options.Value.HistoryAfterFirstScan || first.CommitSha is null) return null;
        if (await database.Scans.AnyAsync(s => s.RepositoryId == first.RepositoryId && s.Kind == ScanKind.History, cancellationToken)) return null;

        var scan = new Scan
        {
            RepositoryId = first.RepositoryId,
            RequestId = RequestIds.New(),
            TraceParent = first.TraceParent,
            Kind = ScanKind.History,
            Lane = ScanLane.Background,
            Ref = first.Ref,
            QueuedAt = time.GetUtcNow(),
        };
        database.Scans.Add(scan);
        return scan.Id;
    }
}
