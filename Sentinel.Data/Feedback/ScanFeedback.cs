namespace Sentinel.Data.Feedback;

/// <summary>
/// Every change of a scan's status writes the outbox messages that bring GitHub up to date, in the same transaction. The database does
/// it, because a status changes in a dozen statements of three processes, several of them over many rows at once: a path that forgot
/// would leave a check run hanging for ever.
/// </summary>
/// <remarks>
/// Only for repositories that the App is installed on, and for commits that are known. Times are those that the statement wrote, by the
/// clock of the process. While a scan runs for longer than ten seconds its progress is told every fifteen seconds at most.
/// </remarks>
public static class ScanFeedback
{
    /// <summary>Makes the functions and triggers; for the migration.</summary>
    public const string Create = """
        create function write_scan_feedback(scan_ids uuid[], in_progress boolean) returns void language sql as $$
          with changed as (
            select s.id as scan_id, s.attempt, s.repository_id, s.commit_sha, s.pull_request_number, s.request_id, s.trace_parent, s.status in ('Succeeded', 'Partial') as has_result,
              s.ref = 'refs/heads/' || r.default_branch as is_default,
              case s.status when 'Queued' then s.queued_at when 'Running' then coalesce(s.started_at, s.queued_at)
                else coalesce(s.completed_at, s.started_at, s.queued_at) end as at
            from scans s join repositories r on r.id = s.repository_id
            where s.id = any(scan_ids) and r.git_hub_id is not null and r.installation_id is not null and s.commit_sha is not null
              and s.kind not in ('History', 'Dropped', 'Heartbeat', 'Import')
          ), messages as (
            select 'github.check' as message_kind, repository_id || ':' || commit_sha as aggregate_key,
              jsonb_build_object('repositoryId', repository_id, 'headSha', commit_sha) as payload, changed.*
            from changed
            union all
            select 'github.review', repository_id || ':pull:' || pull_request_number,
              jsonb_build_object('repositoryId', repository_id, 'number', pull_request_number), changed.*
            from changed where pull_request_number is not null and has_result and not in_progress
            union all
            select 'github.code-scanning', repository_id || ':code-scanning', jsonb_build_object('repositoryId', repository_id), changed.*
            from changed where is_default and has_result and not in_progress
          )
          -- The ids are version 7 like those made in code: messages of one key are delivered in their order.
          insert into outbox_messages (id, kind, aggregate_key, idempotency_key, repository_id, payload, status, attempts, next_attempt_at, created_at, request_id, trace_parent)
          select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
            message_kind, aggregate_key,
            message_kind || ':' || case when in_progress
              then scan_id || ':' || attempt || ':' || floor(extract(epoch from clock_timestamp()) / 15) else gen_random_uuid()::text end,
            repository_id, payload, 'Pending', 0, at, at, request_id, trace_parent
          from messages
          on conflict (idempotency_key) do nothing
        $$;

        create function scan_inserted() returns trigger language plpgsql as $$
        begin
          perform write_scan_feedback(array(select id from new_rows), false);
          return null;
        end $$;

        create function scan_updated() returns trigger language plpgsql as $$
        declare
          changed uuid[] := array(select n.id from new_rows n join old_rows o on o.id = n.id where n.status is distinct from o.status);
          progressed uuid[] := array(select n.id from new_rows n join old_rows o on o.id = n.id
            where n.status = 'Running' and o.status = 'Running' and (n.phase, n.files_done) is distinct from (o.phase, o.files_done)
              and n.started_at < clock_timestamp() - interval '10 seconds');
        begin
          if cardinality(changed) > 0 then perform write_scan_feedback(changed, false); end if;
          if cardinality(progressed) > 0 then perform write_scan_feedback(progressed, true); end if;
          return null;
        end $$;

        create trigger scan_inserted after insert on scans referencing new table as new_rows
          for each statement execute function scan_inserted();
        create trigger scan_updated after update on scans referencing old table as old_rows new table as new_rows
          for each statement execute function scan_updated();
        """;

    /// <summary>Takes them away again.</summary>
    public const string Drop = """
        drop trigger scan_updated on scans;
        drop trigger scan_inserted on scans;
        drop function scan_updated();
        drop function scan_inserted();
        drop function write_scan_feedback(uuid[], boolean);
        """;
}
