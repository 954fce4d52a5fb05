using Microsoft.EntityFrameworkCore;
using Npgsql;
using Sentinel.Contracts.Overview;
using Sentinel.Data;

namespace Sentinel.Api.Overview;

/// <summary>What Sentinel did not look at: silence must not be taken for safety.</summary>
internal static class CoverageGaps
{
    private const int Max = 20;

    private static readonly TimeSpan Stale = TimeSpan.FromDays(30);

    private const string Query =
        """
        select repository.id, repository.full_name, gap.kind, scan.id, scan.error_detail, scan.files_skipped, scan.completed_at
        from repositories repository
        left join lateral (
          select * from scans where repository_id = repository.id and status in ('Succeeded', 'Partial', 'Failed', 'DeadLettered')
          order by id desc limit 1) scan on true
        cross join lateral (
          select case
            when scan.id is null then 'never-scanned'
            when scan.status in ('Failed', 'DeadLettered') then 'last-scan-failed'
            when scan.report -> 'plugins' @> '[{"status": "Failed"}]' then 'plugin-failed'
            when scan.status = 'Partial' then 'files-skipped'
            when scan.completed_at < $1 then 'stale'
          end as kind) gap
        where not repository.archived and gap.kind is not null and ($3 or repository.id = any($4))
        order by array_position(array['last-scan-failed', 'plugin-failed', 'never-scanned', 'files-skipped', 'stale'], gap.kind), repository.full_name
        limit $2
        """;

    public static async Task<List<CoverageGap>> WorstAsync(SentinelDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand(Query, (NpgsqlConnection)db.Database.GetDbConnection())
            {
                Parameters = { new() { Value = now - Stale }, new() { Value = Max }, new() { Value = db.View.SeesAll }, new() { Value = db.View.Repositories } },
            };
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var gaps = new List<CoverageGap>();
            while (await reader.ReadAsync(cancellationToken))
            {
                var kind = reader.GetString(2);
                gaps.Add(new CoverageGap(
                    reader.GetGuid(0), reader.GetString(1), kind, Detail(kind, reader), reader.IsDBNull(3) ? null : reader.GetGuid(3)));
            }

            return gaps;
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    private static string Detail(string kind, NpgsqlDataReader reader) => kind switch
    {
        "never-scanned" => "No scan has finished yet.",
        "last-scan-failed" => reader.IsDBNull(4) ? "The last scan failed." : reader.GetString(4),
        "plugin-failed" => "A scanner failed during the last scan; its findings are missing.",
        "files-skipped" => $"{reader.GetInt32(5)} files were not looked at.",
        _ => $"Last looked at on {reader.GetDateTime(6):yyyy-MM-dd}.",
    };
}
