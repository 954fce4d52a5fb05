using Microsoft.EntityFrameworkCore;
using Sentinel.Data;
using Sentinel.Data.Feedback;
using Sentinel.Data.Scans;
using Sentinel.Scanning.Imports;

namespace Sentinel.Worker.Scans;

/// <summary>Keeps what stood in a commit when its scan ended, inside the transaction that ends it and after its findings were saved.</summary>
internal static class SnapshotStore
{
    /// <summary>Longer than pull requests are compared over; an older merge base counts as one that was never scanned.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(180);

    public static async Task SaveAsync(SentinelDbContext database, Scan row, string rulePackHash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // A tag is scanned for secrets alone: nothing may be compared with that.
        if (row.Ref.StartsWith("refs/tags/", StringComparison.Ordinal)) return;
        await database.Database.ExecuteSqlAsync($"""
            insert into scan_snapshots (scan_id, repository_id, ref, commit_sha, rule_pack_hash, completed_at, findings)
            select {row.Id}, {row.RepositoryId}, {row.Ref}, {row.CommitSha}, {rulePackHash}, {now}, coalesce((
              select jsonb_agg(jsonb_build_object('id', finding_id, 'path', path, 'startLine', start_line, 'startColumn', start_column,
                'endLine', end_line, 'endColumn', end_column, 'fix', fix) order by path, start_line, finding_id)
              from finding_instances where repository_id = {row.RepositoryId} and ref = {row.Ref} and present
                and (cardinality(reporters) = 0 or exists (select 1 from unnest(reporters) r where not starts_with(r, {Reporters.ImportPrefix})))), '[]'::jsonb)
            on conflict (scan_id) do update set commit_sha = excluded.commit_sha, ref = excluded.ref, rule_pack_hash = excluded.rule_pack_hash,
              completed_at = excluded.completed_at, findings = excluded.findings, merge_base_sha = null
            """, cancellationToken);
        if (row.PullRequestNumber is { } pullRequest) await ToldFindings.RefreshAsync(database, row.RepositoryId, pullRequest, cancellationToken);
        var old = now - Kept;
        await database.ScanSnapshots.Where(s => s.RepositoryId == row.RepositoryId && s.CompletedAt < old && s.ScanId != row.Id).ExecuteDeleteAsync(cancellationToken);
    }
}
