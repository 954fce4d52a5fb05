using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Feedback;
using Sentinel.Data.Scans;

namespace Sentinel.Worker.Imports;

/// <summary>Whether an import comes too late. Tools take their time, and those of two commits end in any order.</summary>
internal static class ImportOrder
{
    /// <summary>
    /// A later import of one of its reporters has been written for the ref; one for the commit that the ref is known to be at, which this
    /// is not; or the pull request is closed, so that nothing would ever end what it reports. Call it where the result is written.
    /// </summary>
    public static async Task<bool> IsOutdatedAsync(SentinelDbContext database, Scan import, CancellationToken cancellationToken)
    {
        // The lock under which findings are written, taken before looking.
        await database.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({import.RepositoryId.ToString()}, 0))", cancellationToken);
        var pull = await database.PullRequests.AsNoTracking().Where(p => p.RepositoryId == import.RepositoryId && import.Ref == "refs/pull/" + p.Number + "/head")
            .Select(p => new { p.State, p.HeadSha }).SingleOrDefaultAsync(cancellationToken);
        if (pull is { State: not PullRequestState.Open }) return true;

        var head = pull?.HeadSha ?? await database.Repositories.Where(r => r.Id == import.RepositoryId && import.Ref == "refs/heads/" + r.DefaultBranch).Select(r => r.HeadCommit).SingleOrDefaultAsync(cancellationToken);
        var reporters = await database.SarifImports.Where(i => i.ScanId == import.Id).Select(i => i.Reporters).SingleAsync(cancellationToken);
        var others =
            from scan in database.Scans
            join content in database.SarifImports on scan.Id equals content.ScanId
            where scan.RepositoryId == import.RepositoryId && scan.Ref == import.Ref && scan.Id != import.Id && (scan.Status == ScanStatus.Succeeded || scan.Status == ScanStatus.Partial)
                && content.Reporters.Any(r => reporters.Contains(r))
            select scan;
        return await others.AnyAsync(s => s.Id > import.Id || (head != null && s.CommitSha == head && import.CommitSha != head), cancellationToken);
    }
}
