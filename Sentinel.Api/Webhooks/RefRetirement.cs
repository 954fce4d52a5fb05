using Npgsql;
using NpgsqlTypes;

namespace Sentinel.Api.Webhooks;

/// <summary>
/// A pull request was closed or a branch deleted: its code stands nowhere any more, so its findings must not stay open for
/// ever. What was merged is carried over to the ref that took it, whose own scan then has the last word.
/// </summary>
internal static class RefRetirement
{
    private const string CarryOver =
        """
        insert into finding_instances (finding_id, ref, repository_id, path, start_line, start_column, end_line, end_column, blob_sha, commit_sha, scan_id, present, places, updated_at, reporters)
        select finding_id, $3, repository_id, path, start_line, start_column, end_line, end_column, blob_sha, commit_sha, scan_id, true, places, $4, reporters
        from finding_instances where repository_id = $1 and ref = $2 and present
        on conflict (finding_id, ref) do nothing
        """;

    // The ids of events are version 7 like those made in code, because histories are read in the order of ids.
    private const string Close =
        """
        with forgotten as (
          -- A ref of that name that comes back later is looked at as a whole.
          delete from scan_baselines where repository_id = $1 and ref = $2
        ), gone as (
          update finding_instances set present = false, updated_at = $3, reporters = '{}'
          where repository_id = $1 and ref = $2 and present
          returning finding_id
        ), closed as (
          update findings set state = case when category = 'Secret' then 'Removed' else 'Fixed' end, closed_at = $3
          from (select id, state from findings where id in (select finding_id from gone) order by id for update) as before
          where findings.id = before.id and before.state in ('Open', 'Reopened')
            and not exists (select 1 from finding_instances other where other.finding_id = findings.id and other.ref <> $2 and other.present)
          returning findings.id, before.state as from_state, findings.state as to_state
        )
        insert into finding_events (id, finding_id, repository_id, at, kind, from_state, to_state, cause, commit_sha, ref, request_id, detail)
        select (lpad(to_hex((extract(epoch from $3) * 1000)::bigint), 12, '0') || '7'
            || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid, id, $1, $3, to_state, from_state, to_state, 'Code', $4, $2, $5, $6 from closed
        """;

    /// <summary>Returns the scans of the ref that are still queued or running.</summary>
    public static async Task<IReadOnlyList<Guid>> ApplyAsync(
        NpgsqlConnection connection, IncomingDelivery delivery, Guid repositoryId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var retired = delivery.Plan.Retired!;
        if (retired.MergedInto is { } target)
        {
            await using var carry = new NpgsqlCommand(CarryOver, connection)
            {
                Parameters = { new() { Value = repositoryId }, new() { Value = retired.Ref }, new() { Value = target }, new() { Value = now } },
            };
            await carry.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var close = new NpgsqlCommand(Close, connection)
        {
            Parameters =
            {
                new() { Value = repositoryId },
                new() { Value = retired.Ref },
                new() { Value = now },
                new() { Value = (object?)retired.CommitSha ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = delivery.RequestId },
                new() { Value = (object?)delivery.Plan.Detail ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            },
        };
        await close.ExecuteNonQueryAsync(cancellationToken);
        return await ActiveScansAsync(connection, repositoryId, retired.Ref, cancellationToken);
    }

    private static async Task<List<Guid>> ActiveScansAsync(
        NpgsqlConnection connection, Guid repositoryId, string gitRef, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select id from scans where repository_id = $1 and ref = $2 and status in ('Queued', 'Running') and kind not in ('Dropped', 'History')", connection)
        {
            Parameters = { new() { Value = repositoryId }, new() { Value = gitRef } },
        };
        var ids = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) ids.Add(reader.GetGuid(0));
        return ids;
    }
}
