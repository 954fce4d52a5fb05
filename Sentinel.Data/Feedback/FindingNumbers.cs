using Microsoft.EntityFrameworkCore;

namespace Sentinel.Data.Feedback;

/// <summary>Gives findings the numbers by which people name them at a pull request.</summary>
public static class FindingNumbers
{
    /// <summary>
    /// The numbers of these findings; those that have none get the next ones, in their order here. They are stored when this returns, so
    /// that whatever fails afterwards, the same finding is told by the same number.
    /// </summary>
    public static async Task<IReadOnlyDictionary<Guid, int>> GiveAsync(
        SentinelDbContext database, Guid repositoryId, int pullRequest, IReadOnlyList<Guid> findings, CancellationToken cancellationToken)
    {
        var ids = findings.ToArray();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await PullRequestLock.TakeAsync(database, repositoryId, pullRequest, cancellationToken);
        var added = await database.Database.ExecuteSqlAsync(
            $"""
            insert into pull_request_findings (repository_id, pull_request_number, number, finding_id, standing)
            select {repositoryId}, {pullRequest},
              coalesce((select max(number) from pull_request_findings where repository_id = {repositoryId} and pull_request_number = {pullRequest}), 0)
                + row_number() over (order by wanted.place),
              wanted.id, true
            from unnest({ids}) with ordinality as wanted (id, place)
            where not exists (
              select 1 from pull_request_findings known
              where known.repository_id = {repositoryId} and known.pull_request_number = {pullRequest} and known.finding_id = wanted.id)
            """,
            cancellationToken);
        // A newer head may have been scanned meanwhile.
        if (added > 0) await ToldFindings.RefreshAsync(database, repositoryId, pullRequest, cancellationToken);
        var numbers = await Of(database, repositoryId, pullRequest).Where(f => ids.Contains(f.FindingId)).ToDictionaryAsync(f => f.FindingId, f => f.Number, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return numbers;
    }

    /// <summary>The findings that were ever told at a pull request.</summary>
    public static IQueryable<PullRequestFinding> Of(SentinelDbContext database, Guid repositoryId, int pullRequest) =>
        database.PullRequestFindings.AsNoTracking().Where(f => f.RepositoryId == repositoryId && f.PullRequestNumber == pullRequest);
}
