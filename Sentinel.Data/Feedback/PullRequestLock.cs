using Microsoft.EntityFrameworkCore;

namespace Sentinel.Data.Feedback;

/// <summary>One at a time for each pull request: numbers are given, and commands decided, under it.</summary>
public static class PullRequestLock
{
    /// <summary>Waits for the lock; the caller's transaction holds it to its end. Does nothing when the pull request is not known.</summary>
    public static Task TakeAsync(SentinelDbContext database, Guid repositoryId, int number, CancellationToken cancellationToken) =>
        database.Database.ExecuteSqlAsync($"select 1 from pull_requests where repository_id = {repositoryId} and number = {number} for no key update", cancellationToken);
}
