using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using Sentinel.Data.Findings;

namespace Sentinel.Data.Noise;

/// <summary>Counts what became of what was told.</summary>
public static class NoiseFigures
{
    /// <summary>Most rows of one answer.</summary>
    public const int Max = 1000;

    // 2 acted on, 1 not, 0 says nothing either way. What was told at several pull requests counts once, with its best outcome.
    internal const string Query =
        $"""
        with told as (
          select told.repository_id, finding.rule_id, told.finding_id, max(pull.updated_at) as ended_at, max(case
            when exposure.rotated_at is not null then 2
            when finding.state = 'Dismissed' and finding.dismissed_by = '{Finding.Policy}' then 0
            when told.standing is false then 2
            when told.standing or finding.state = 'Dismissed' then 1
            else 0 end) as outcome
          from pull_requests pull
            join pull_request_findings told on told.repository_id = pull.repository_id and told.pull_request_number = pull.number
            -- One descent of the primary key each, whatever the statistics say: a join may be planned as a scan of the whole table.
            cross join lateral (select rule_id, state, dismissed_by from findings where id = told.finding_id limit 1) finding
            left join lateral (select rotated_at from secret_exposures where finding_id = told.finding_id limit 1) exposure on true
          where pull.state <> 'Open' and pull.updated_at >= $1
            and ($2::uuid is null or pull.repository_id = $2) and ($3::text is null or finding.rule_id = $3) and ($4 or pull.repository_id = any($5))
          group by told.repository_id, finding.rule_id, told.finding_id
        ), figures as (
          select repository_id, rule_id, count(*)::int as told, (count(*) filter (where outcome = 2))::int as acted_on,
            (count(*) filter (where outcome = 1))::int as not_acted_on, max(ended_at) as ended_at
          from told group by repository_id, rule_id
        ), settings as (
          select * from rule_comment_settings
          where ($2::uuid is null or repository_id = $2) and ($3::text is null or rule_id = $3) and ($4 or repository_id = any($5))
        )
        select repository_id, rule_id, coalesce(told, 0), coalesce(acted_on, 0), coalesce(not_acted_on, 0), ended_at, changed_by, changed_at
        from figures full join settings using (repository_id, rule_id)
        order by coalesce(not_acted_on, 0) - coalesce(acted_on, 0) desc, rule_id, repository_id
        limit $6
        """;

    /// <summary>The figures of what the context shows, those with the most that nobody acted on first; at most <see cref="Max"/>.</summary>
    /// <param name="repositoryId">Null for all repositories.</param>
    /// <param name="ruleId">Null for all rules.</param>
    public static async Task<List<RuleFigures>> ReadAsync(
        SentinelDbContext database, Guid? repositoryId, string? ruleId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await database.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand(Query, (NpgsqlConnection)database.Database.GetDbConnection());
            command.Parameters.Add(new() { Value = now - NoiseBudget.Window });
            command.Parameters.Add(new() { Value = (object?)repositoryId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
            command.Parameters.Add(new() { Value = (object?)ruleId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            command.Parameters.Add(new() { Value = database.View.SeesAll });
            command.Parameters.Add(new() { Value = database.View.Repositories });
            command.Parameters.Add(new() { Value = Max });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var figures = new List<RuleFigures>();
            while (await reader.ReadAsync(cancellationToken)) figures.Add(Read(reader));
            return figures;
        }
        finally
        {
            await database.Database.CloseConnectionAsync();
        }
    }

    private static RuleFigures Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), reader.GetString(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetInt32(4),
        reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5), reader.IsDBNull(6) ? null : reader.GetString(6),
        reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7));
}
