using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using Sentinel.Api.Repositories;
using Sentinel.Data;
using Sentinel.Data.Deliveries;

namespace Sentinel.Api.Webhooks;

/// <summary>
/// Writes a batch of deliveries with their repositories and scans in one transaction. Statements take arrays, so that a
/// batch of a hundred costs the round trips, and the one flush to disk, of a single delivery.
/// </summary>
internal sealed class DeliveryStore(NpgsqlDataSource database, IDbContextFactory<SentinelDbContext> contexts, TimeProvider time)
{
    public async Task<StoredBatch> StoreAsync(IReadOnlyList<IncomingDelivery> batch, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var stored = await StoreAsync(connection, batch, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return stored;
    }

    /// <summary>Keeps a delivery that could not be acted on, so that people see it; its redelivery is tried again.</summary>
    public async Task StoreFailedAsync(IncomingDelivery delivery, string detail, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.Deliveries.AnyAsync(row => row.DeliveryId == delivery.DeliveryId, cancellationToken)) return;
        db.Deliveries.Add(new Delivery
        {
            Id = delivery.Id,
            DeliveryId = delivery.DeliveryId,
            Event = delivery.Event,
            Action = delivery.Plan.Action,
            InstallationId = delivery.Plan.InstallationId,
            RequestId = delivery.RequestId,
            TraceParent = delivery.TraceParent,
            Payload = delivery.Payload,
            ReceivedAt = delivery.ReceivedAt,
            Outcome = DeliveryOutcome.Failed,
            Detail = detail,
        });
        await db.SaveChangesAsync(cancellationToken);
    }

    private async Task<StoredBatch> StoreAsync(
        NpgsqlConnection connection, IReadOnlyList<IncomingDelivery> batch, CancellationToken cancellationToken)
    {
        var known = await KnownAsync(connection, batch, cancellationToken);
        // A replay may carry another body: it must not even rename a repository.
        IncomingDelivery[] fresh = [.. batch.DistinctBy(item => item.DeliveryId).Where(item => !known.Contains(item.DeliveryId))
            .OrderBy(item => item.DeliveryId, StringComparer.Ordinal)];
        if (fresh.Length == 0) return new StoredBatch(new HashSet<string>(), [], []);

        var repositories = await RepositoryUpsert.ByGitHubIdAsync(
            connection, [.. fresh.SelectMany(item => item.Plan.Repositories)],
            [.. fresh.Select(item => item.Plan.RepositoryId).OfType<long>()], time.GetUtcNow(), cancellationToken);
        await PullRequestUpsert.WriteAsync(connection, [.. fresh.Select(item => item.Plan.PullRequest).OfType<PullRequestFacts>()], repositories, cancellationToken);
        var stored = await InsertAsync(connection, fresh, repositories, cancellationToken);
        await CommandInsert.WriteAsync(connection, fresh.Where(item => stored.Contains(item.DeliveryId)), repositories, cancellationToken);
        var pointless = new List<Guid>();
        foreach (var delivery in fresh.Where(item => item.Plan.StandsAlone && stored.Contains(item.DeliveryId)))
        {
            await RepositoryUpsert.UninstallAsync(connection, delivery.Plan, time.GetUtcNow(), cancellationToken);
            if (delivery.Plan.Retired is { } retired && repositories.TryGetValue(retired.RepositoryId, out var repositoryId))
                pointless.AddRange(await RefRetirement.ApplyAsync(connection, delivery, repositoryId, time.GetUtcNow(), cancellationToken));
        }

        await AccessChanges.NoteAsync(connection, fresh.Where(item => stored.Contains(item.DeliveryId)).Select(item => item.Event), time.GetUtcNow(), cancellationToken);
        return new StoredBatch(
            stored, [.. fresh.Where(item => stored.Contains(item.DeliveryId)).SelectMany(item => item.ScanIds)], pointless);
    }

    private static async Task<HashSet<string>> KnownAsync(
        NpgsqlConnection connection, IReadOnlyList<IncomingDelivery> batch, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select delivery_id from deliveries where delivery_id = any($1) and outcome <> 'Failed'", connection);
        command.Parameters.Add(new() { Value = batch.Select(item => item.DeliveryId).ToArray() });
        return await ReadSetAsync(command, cancellationToken);
    }

    private static async Task<HashSet<string>> InsertAsync(
        NpgsqlConnection connection, IncomingDelivery[] fresh, IReadOnlyDictionary<long, Guid> repositories, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            with stored as (
              insert into deliveries (id, delivery_id, event, action, repository_id, installation_id, request_id, trace_parent, payload, received_at, outcome, detail)
              select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::bigint[], $7::text[], $8::text[], $9::bytea[], $10::timestamptz[], $11::text[], $12::text[])
              on conflict (delivery_id) do update
                set action = excluded.action, repository_id = excluded.repository_id, payload = excluded.payload,
                    request_id = excluded.request_id, trace_parent = excluded.trace_parent, received_at = excluded.received_at,
                    outcome = excluded.outcome, detail = excluded.detail
                where deliveries.outcome = 'Failed'
              returning id, delivery_id, request_id, trace_parent, received_at
            ), queued as (
              insert into scans (id, repository_id, delivery_id, request_id, trace_parent, kind, lane, ref, commit_sha, base_sha, before_sha,
                  pull_request_number, status, phase, queued_at, attempt, files_done, files_total, files_skipped, bytes_scanned, cache_hits,
                  findings_opened, findings_closed, findings_total)
              select plan.id, plan.repository_id, stored.id, stored.request_id, stored.trace_parent, plan.kind, plan.lane, plan.ref, plan.commit_sha,
                  plan.base_sha, plan.before_sha, plan.pull_request_number, 'Queued', 'Waiting', stored.received_at, 0, 0, 0, 0, 0, 0, 0, 0, 0
              from unnest($13::uuid[], $14::text[], $15::uuid[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[], $22::int[])
                as plan (id, delivery_id, repository_id, kind, lane, ref, commit_sha, base_sha, before_sha, pull_request_number)
              join stored on stored.delivery_id = plan.delivery_id
            )
            select delivery_id from stored
            """,
            connection);
        var scans = fresh.SelectMany(item => item.Plan.Scans.Zip(item.ScanIds, (plan, id) => (Delivery: item, Plan: plan, Id: id)))
            .Where(scan => repositories.ContainsKey(scan.Plan.RepositoryId)).ToArray();
        var columns = new ColumnArrays(command);
        columns.Add(NpgsqlDbType.Uuid, fresh.Select(item => item.Id));
        columns.Add(NpgsqlDbType.Text, fresh.Select(item => item.DeliveryId));
        columns.Add(NpgsqlDbType.Text, fresh.Select(item => item.Event));
        columns.Add(NpgsqlDbType.Text, fresh.Select(item => item.Plan.Action));
        columns.Add(NpgsqlDbType.Uuid, fresh.Select(item =>
            item.Plan.RepositoryId is { } id && repositories.TryGetValue(id, out var row) ? row : (Guid?)null));
        columns.Add(NpgsqlDbType.Bigint, fresh.Select(item => item.Plan.InstallationId));
        columns.Add(NpgsqlDbType.Text, fresh.Select(item => item.RequestId));
        columns.Add(NpgsqlDbType.Text, fresh.Select(item => item.TraceParent));
        columns.Add(NpgsqlDbType.Bytea, fresh.Select(item => item.Payload));
        columns.Add(NpgsqlDbType.TimestampTz, fresh.Select(item => item.ReceivedAt));
        columns.Add(NpgsqlDbType.Text, fresh.Select(item => item.Plan.Outcome.ToString()));
        columns.Add(NpgsqlDbType.Text, fresh.Select(item => item.Plan.Detail));
        columns.Add(NpgsqlDbType.Uuid, scans.Select(scan => scan.Id));
        columns.Add(NpgsqlDbType.Text, scans.Select(scan => scan.Delivery.DeliveryId));
        columns.Add(NpgsqlDbType.Uuid, scans.Select(scan => repositories[scan.Plan.RepositoryId]));
        columns.Add(NpgsqlDbType.Text, scans.Select(scan => scan.Plan.Kind.ToString()));
        columns.Add(NpgsqlDbType.Text, scans.Select(scan => scan.Plan.Lane.ToString()));
        columns.Add(NpgsqlDbType.Text, scans.Select(scan => scan.Plan.Ref));
        columns.Add(NpgsqlDbType.Text, scans.Select(scan => scan.Plan.CommitSha));
        columns.Add(NpgsqlDbType.Text, scans.Select(scan => scan.Plan.BaseSha));
        columns.Add(NpgsqlDbType.Text, scans.Select(scan => scan.Plan.BeforeSha));
        columns.Add(NpgsqlDbType.Integer, scans.Select(scan => scan.Plan.PullRequestNumber));
        return await ReadSetAsync(command, cancellationToken);
    }

    private static async Task<HashSet<string>> ReadSetAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var set = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) set.Add(reader.GetString(0));
        return set;
    }
}
