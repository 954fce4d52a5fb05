using Npgsql;
using NpgsqlTypes;
using Sentinel.Data.Scans;
using Sentinel.Scanning.Imports;

namespace Sentinel.Worker.Scans.Incremental;

/// <summary>The findings of a ref that a change may touch.</summary>
/// <param name="Fingerprints">Of all findings that have to be matched anew.</param>
/// <param name="Paths">All their places on the ref as far as they are known, the changed files' left out.</param>
internal sealed record AffectedFindings(IReadOnlyCollection<string> Fingerprints, IReadOnlyCollection<string> Paths)
{
    // The writer keeps this many places of a finding; of one that has more, not all are known.
    private const int MaxPlaces = 100;

    /// <summary>
    /// Asks for them. Equal defects are told apart by all their places, so a fingerprint that is touched at one place is affected at all.
    /// Besides what stands in a changed file these are findings that the last scan did not see though they count as present, those whose
    /// state changes merely by being seen, and those that a scan of another ref described otherwise since. What other tools alone report
    /// waits for them, unless its file changed.
    /// </summary>
    /// <param name="observed">Fingerprints that were found in the changed files.</param>
    /// <param name="changed">Their paths, gone ones included.</param>
    /// <returns>Null when not all places are known.</returns>
    public static async Task<AffectedFindings?> FindAsync(
        NpgsqlDataSource dataSource, ScanBaseline baseline, string rulePackHash, IReadOnlyCollection<string> observed, IReadOnlyCollection<string> changed, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            with here as (
                select f.id, f.fingerprint, f.state, f.dismiss_expires_at, f.last_scan_id, i.path, i.blob_sha, i.scan_id, i.places,
                  cardinality(i.reporters) = 0 or exists (select 1 from unnest(i.reporters) r where not starts_with(r, $8)) as is_own
                from finding_instances i join findings f on f.id = i.finding_id
                where i.repository_id = $1 and i.ref = $2 and i.present
            ), touched as (
                select h.fingerprint from here h
                where h.path = any($4)
                or (jsonb_array_length(h.places) > 1 and exists (select 1 from jsonb_array_elements(h.places) p where p ->> 'path' = any($4)))
                or (h.is_own and (h.scan_id <> $3
                  or not (h.state in ('Open', 'Reopened') or (h.state = 'Dismissed' and coalesce(h.dismiss_expires_at > $6, true)))
                  or (h.last_scan_id <> $3 and not exists (
                    select 1 from finding_instances o join scans s on s.id = o.scan_id
                    where o.finding_id = h.id and o.scan_id = h.last_scan_id and o.path = h.path and o.blob_sha = h.blob_sha and s.rule_pack_hash = $7))))
            )
            select h.fingerprint, array(select p ->> 'path' from jsonb_array_elements(h.places) p) from here h
            where h.fingerprint = any($5) or h.fingerprint in (select fingerprint from touched)
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = baseline.RepositoryId });
        command.Parameters.Add(new NpgsqlParameter { Value = baseline.Ref });
        command.Parameters.Add(new NpgsqlParameter { Value = baseline.ScanId });
        command.Parameters.Add(new NpgsqlParameter { Value = changed.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = observed.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = now });
        command.Parameters.Add(new NpgsqlParameter { Value = rulePackHash });
        command.Parameters.Add(new NpgsqlParameter { Value = Reporters.ImportPrefix });

        var fingerprints = new HashSet<string>(observed, StringComparer.Ordinal);
        var paths = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var places = reader.GetFieldValue<string[]>(1);
            if (places.Length >= MaxPlaces) return null;
            fingerprints.Add(reader.GetString(0));
            paths.UnionWith(places);
        }
        paths.ExceptWith(changed);
        return new AffectedFindings(fingerprints, paths);
    }
}
