using Microsoft.EntityFrameworkCore;
using Npgsql;
using Sentinel.Contracts.Operations;
using Sentinel.Data;

namespace Sentinel.Api.Operations;

/// <summary>Percentiles of waiting and working, computed where the rows are.</summary>
internal static class Latencies
{
    private const string Query =
        """
        select count(*)::int,
          percentile_cont(0.5) within group (order by extract(epoch from scan.started_at - scan.queued_at)::float8),
          percentile_cont(0.95) within group (order by extract(epoch from scan.started_at - scan.queued_at)::float8),
          percentile_cont(0.5) within group (order by extract(epoch from scan.completed_at - scan.started_at)::float8),
          percentile_cont(0.95) within group (order by extract(epoch from scan.completed_at - scan.started_at)::float8),
          percentile_cont(0.5) within group (order by extract(epoch from scan.completed_at - delivery.received_at)::float8) filter (where scan.kind = 'Push'),
          percentile_cont(0.95) within group (order by extract(epoch from scan.completed_at - delivery.received_at)::float8) filter (where scan.kind = 'Push')
        from scans scan left join deliveries delivery on delivery.id = scan.delivery_id
        where scan.completed_at >= $1 and scan.started_at is not null and scan.status in ('Succeeded', 'Partial') and scan.kind <> 'Heartbeat'
        """;

    public static async Task<LatencySnapshot> SinceAsync(SentinelDbContext db, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand(Query, (NpgsqlConnection)db.Database.GetDbConnection())
            {
                Parameters = { new() { Value = since } },
            };
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            double? At(int column) => reader.IsDBNull(column) ? null : Math.Max(0, reader.GetDouble(column));
            return new LatencySnapshot(reader.GetInt32(0), At(1), At(2), At(3), At(4), At(5), At(6));
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }
}
