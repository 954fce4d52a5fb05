using Microsoft.EntityFrameworkCore;

namespace Sentinel.Data.Feedback;

/// <summary>A person's decision on a finding changes what checks and reviews should show: writes the outbox messages that bring GitHub up to date.</summary>
public static class FindingFeedback
{
    /// <summary>
    /// For the heads of open pull requests and of the default branch in which the finding stands, and for the reviews of open pull requests
    /// that told of it. Call it in the transaction of the decision,
    /// after the finding was written.
    /// </summary>
    /// <param name="requestId">Of the decision; null when there is none.</param>
    public static Task WriteAsync(SentinelDbContext database, Guid repositoryId, Guid findingId, DateTimeOffset now, string? requestId, CancellationToken cancellationToken)
    {
        var stands = $$"""[{"id":"{{findingId}}"}]""";
        return database.Database.ExecuteSqlAsync(
            $"""
            with heads as (
              select s.repository_id, s.commit_sha, p.number
              from scan_snapshots s join repositories r on r.id = s.repository_id
                left join pull_requests p on p.repository_id = s.repository_id and p.head_sha = s.commit_sha and p.state = 'Open'
              where s.repository_id = {repositoryId} and r.git_hub_id is not null and r.installation_id is not null
                and (p.number is not null or s.commit_sha = r.head_commit) and s.findings @> {stands}::jsonb
            ), messages as (
              select 'github.check' as kind, repository_id || ':' || commit_sha as aggregate_key, jsonb_build_object('repositoryId', repository_id, 'headSha', commit_sha) as payload
              from heads
              union
              select 'github.review', repository_id || ':pull:' || number, jsonb_build_object('repositoryId', repository_id, 'number', number)
              from heads where number is not null
              union
              select 'github.review', p.repository_id || ':pull:' || p.number, jsonb_build_object('repositoryId', p.repository_id, 'number', p.number)
              from pull_requests p join repositories r on r.id = p.repository_id and r.git_hub_id is not null and r.installation_id is not null
              where p.repository_id = {repositoryId} and p.state = 'Open' and exists (
                select 1 from pull_request_findings t where t.repository_id = p.repository_id and t.pull_request_number = p.number and t.finding_id = {findingId})
              union
              select 'github.code-scanning', h.repository_id || ':code-scanning', jsonb_build_object('repositoryId', h.repository_id)
              from heads h join repositories r on r.id = h.repository_id where h.commit_sha = r.head_commit
            )
            insert into outbox_messages (id, kind, aggregate_key, idempotency_key, repository_id, payload, status, attempts, next_attempt_at, created_at, request_id)
            select (lpad(to_hex((extract(epoch from {now}::timestamptz) * 1000)::bigint), 12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
              kind, aggregate_key, kind || ':' || gen_random_uuid(), {repositoryId}, payload, 'Pending', 0, {now}, {now}, {requestId}
            from messages
            """,
            cancellationToken);
    }
}
