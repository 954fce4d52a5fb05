using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using Sentinel.Contracts;
using Sentinel.Data;
using Sentinel.Data.Scans;
using Sentinel.Scanning;

namespace Sentinel.Worker.Scans.Incremental;

/// <summary>Keeps what the next scan of a ref goes on from.</summary>
internal sealed class BaselineStore(IDbContextFactory<SentinelDbContext> databases)
{
    /// <summary>Null when the next scan has to look at everything.</summary>
    public async Task<ScanBaseline?> FindAsync(Guid repositoryId, string reference, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.ScanBaselines.AsNoTracking().SingleOrDefaultAsync(b => b.RepositoryId == repositoryId && b.Ref == reference, cancellationToken);
    }

    /// <summary>The gaps at some paths, and all that are tried again.</summary>
    public async Task<IReadOnlyList<Gap>> GapsAsync(ScanBaseline baseline, IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        var hashes = paths.Select(HashOf).ToArray();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await Of(database, baseline).Where(g => g.Retry || hashes.Contains(g.PathHash))
            .Select(g => new Gap(g.Path, g.PluginId, g.BlobSha, g.Length, g.Reason)).ToListAsync(cancellationToken);
    }

    /// <summary>The first lasting gaps in the order of their paths.</summary>
    /// <param name="except">Paths that are left out.</param>
    public async Task<IReadOnlyList<SkippedEntry>> SkippedAsync(ScanBaseline baseline, IEnumerable<string> except, int max, CancellationToken cancellationToken)
    {
        if (baseline.Skipped == 0) return [];

        var hashes = except.Select(HashOf).ToArray();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await Of(database, baseline).Where(g => !g.Retry && !hashes.Contains(g.PathHash)).OrderBy(g => EF.Functions.Collate(g.Path, "C")).Take(max)
            .Select(g => new SkippedEntry(g.Path, g.Length, g.Reason)).ToListAsync(cancellationToken);
    }

    /// <summary>Whether the ref's baseline is still a scan's; the caller holds the repository's lock.</summary>
    public static Task<bool> IsAtAsync(SentinelDbContext database, Guid repositoryId, string reference, Guid scanId, CancellationToken cancellationToken) =>
        database.ScanBaselines.AnyAsync(b => b.RepositoryId == repositoryId && b.Ref == reference && b.ScanId == scanId, cancellationToken);

    /// <summary>Writes what the next scan goes on from, in the caller's transaction and under the repository's lock.</summary>
    /// <param name="change">Null when there is nothing to go on from.</param>
    public static async Task SaveAsync(SentinelDbContext database, Scan scan, BaselineChange? change, CancellationToken cancellationToken)
    {
        if (change?.Looked is null)
            await database.ScanBaselines.Where(b => b.RepositoryId == scan.RepositoryId && b.Ref == scan.Ref).ExecuteDeleteAsync(cancellationToken);
        if (change is null) return;

        var figures = change.Figures;
        var plugins = JsonSerializer.Serialize(figures.Plugins, SentinelJson.Options);
        await database.Database.ExecuteSqlAsync($"""
            insert into scan_baselines (repository_id, ref, scan_id, commit_sha, basis, files, bytes, skipped, plugins)
            values ({scan.RepositoryId}, {scan.Ref}, {scan.Id}, {figures.CommitSha}, {figures.Basis}, {figures.Files}, {figures.Bytes}, {figures.Skipped}, {plugins}::jsonb)
            on conflict (repository_id, ref) do update set scan_id = excluded.scan_id, commit_sha = excluded.commit_sha, basis = excluded.basis,
                files = excluded.files, bytes = excluded.bytes, skipped = excluded.skipped, plugins = excluded.plugins
            """, cancellationToken);
        if (change.Looked is { Count: > 0 } looked)
        {
            var hashes = looked.Select(HashOf).ToArray();
            await database.ScanGaps.Where(g => g.RepositoryId == scan.RepositoryId && g.Ref == scan.Ref && hashes.Contains(g.PathHash)).ExecuteDeleteAsync(cancellationToken);
        }
        if (change.Gaps.Count > 0) await InsertAsync(database, scan, change.Gaps, cancellationToken);
    }

    private static Task<int> InsertAsync(SentinelDbContext database, Scan scan, IReadOnlyList<Gap> gaps, CancellationToken cancellationToken) =>
        database.Database.ExecuteSqlRawAsync("""
            insert into scan_gaps (repository_id, ref, path_hash, plugin_id, path, blob_sha, length, reason, retry)
            select @repository, @ref, h, p, f, b, l, r, t from unnest(@hashes, @plugins, @paths, @blobs, @lengths, @reasons, @retries) as g(h, p, f, b, l, r, t)
            """,
            [
                new NpgsqlParameter("repository", scan.RepositoryId), new NpgsqlParameter("ref", scan.Ref),
                Many("hashes", NpgsqlDbType.Bytea, gaps.Select(g => HashOf(g.Path)).ToArray()),
                Many("plugins", NpgsqlDbType.Text, gaps.Select(g => g.PluginId).ToArray()),
                Many("paths", NpgsqlDbType.Text, gaps.Select(g => PostgresText.Clean(g.Path)).ToArray()),
                Many("blobs", NpgsqlDbType.Text, gaps.Select(g => g.BlobSha).ToArray()),
                Many("lengths", NpgsqlDbType.Bigint, gaps.Select(g => g.Length).ToArray()),
                Many("reasons", NpgsqlDbType.Text, gaps.Select(g => g.Reason).ToArray()),
                Many("retries", NpgsqlDbType.Boolean, gaps.Select(g => g.Retry).ToArray()),
            ],
            cancellationToken);

    private static NpgsqlParameter Many(string name, NpgsqlDbType type, object values) => new(name, NpgsqlDbType.Array | type) { Value = values };

    private static IQueryable<ScanGap> Of(SentinelDbContext database, ScanBaseline baseline) =>
        database.ScanGaps.AsNoTracking().Where(g => g.RepositoryId == baseline.RepositoryId && g.Ref == baseline.Ref);

    private static byte[] HashOf(string path) => SHA256.HashData(Encoding.UTF8.GetBytes(path));
}
