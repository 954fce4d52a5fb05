using Microsoft.EntityFrameworkCore;

namespace Sentinel.Data.Feedback;

/// <summary>Keeps whether what was told at a pull request still stands there.</summary>
public static class ToldFindings
{
    /// <summary>
    /// Holds what was told at a pull request against the newest snapshot of its head. Call it after a snapshot was written, in its transaction.
    /// </summary>
    /// <remarks>
    /// Instances and events cannot tell this later: when a pull request is closed its ref is retired, and everything on it counts as gone by
    /// code, acted on or not. Snapshots could, but reading hundreds of them for each review is slow.
    /// </remarks>
    public static Task RefreshAsync(SentinelDbContext database, Guid repositoryId, int pullRequest, CancellationToken cancellationToken) =>
        database.Database.ExecuteSqlAsync(
            $"""
            with newest as (
              select scan_id, findings from scan_snapshots
              where repository_id = {repositoryId} and ref = {PullRequestRef.HeadOf(pullRequest)}
              order by completed_at desc limit 1
            ), looked as (
              select told.number, newest.scan_id, newest.findings @> jsonb_build_array(jsonb_build_object('id', told.finding_id)) as stands
              from newest cross join pull_request_findings told
              where told.repository_id = {repositoryId} and told.pull_request_number = {pullRequest}
            )
            update pull_request_findings told
            set standing = case
              when looked.stands then true
              -- The scan says itself when something else than the code made a finding go.
              when not exists (
                select 1 from finding_events event
                where event.finding_id = told.finding_id and event.scan_id = looked.scan_id and event.cause <> 'Code') then false
            end
            from looked
            where told.repository_id = {repositoryId} and told.pull_request_number = {pullRequest} and told.number = looked.number
              and case when looked.stands then told.standing is not true else told.standing end
            """,
            cancellationToken);
}
