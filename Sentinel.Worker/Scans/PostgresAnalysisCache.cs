using Npgsql;
using NpgsqlTypes;
using Sentinel.Scanning;

namespace Sentinel.Worker.Scans;

/// <summary>The content-addressed cache in Postgres, read and written in bulk.</summary>
internal sealed class PostgresAnalysisCache(NpgsqlDataSource dataSource, TimeProvider time) : IAnalysisCache
{
    public async Task<IReadOnlyDictionary<AnalysisKey, ReadOnlyMemory<byte>>> LookupAsync(
        IReadOnlyCollection<AnalysisKey> keys, CancellationToken cancellationToken)
    {
        var byHash = keys.ToDictionary(k => k.Hash, StringComparer.Ordinal);
        var found = new Dictionary<AnalysisKey, ReadOnlyMemory<byte>>(keys.Count);
        await using var command = dataSource.CreateCommand("select key, result from file_analyses where key = any($1)");
        command.Parameters.Add(new NpgsqlParameter { Value = byHash.Keys.Select(Convert.FromHexString).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found[byHash[Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(0))]] = reader.GetFieldValue<byte[]>(1);
        return found;
    }

    public async Task StoreAsync(IReadOnlyCollection<KeyValuePair<AnalysisKey, ReadOnlyMemory<byte>>> entries, CancellationToken cancellationToken)
    {
        // Sorted, so that two workers with the same files lock rows in the same order.
        var rows = entries.OrderBy(e => e.Key.Hash, StringComparer.Ordinal).ToArray();
        await using var command = dataSource.CreateCommand("""
            insert into file_analyses (key, analyzer_id, rule_pack_hash, result, created_at, last_used_at)
            select k, a, p, r, $5, $5 from unnest($1, $2, $3, $4) as t(k, a, p, r)
            on conflict (key) do nothing
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = rows.Select(r => Convert.FromHexString(r.Key.Hash)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        command.Parameters.Add(new NpgsqlParameter { Value = rows.Select(r => r.Key.AnalyzerId).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = rows.Select(r => r.Key.RulePackHash).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = rows.Select(r => r.Value.ToArray()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        command.Parameters.Add(new NpgsqlParameter { Value = time.GetUtcNow() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
