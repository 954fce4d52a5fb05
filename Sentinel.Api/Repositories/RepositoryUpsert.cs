using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using Sentinel.Api.Scans;
using Sentinel.Api.Webhooks;
using Sentinel.Data;
using Sentinel.Data.Repositories;

namespace Sentinel.Api.Repositories;

/// <summary>Finds or makes repository rows, safe against any number of callers doing the same.</summary>
internal static class RepositoryUpsert
{
    /// <summary>
    /// Brings GitHub's repositories up to date and returns the row of each id that is known. A row that was added by its
    /// address becomes GitHub's when GitHub first tells its id, and keeps its history.
    /// </summary>
    public static async Task<IReadOnlyDictionary<long, Guid>> ByGitHubIdAsync(
        NpgsqlConnection connection, IReadOnlyList<RepositoryFacts> facts, IReadOnlyList<long> alsoFind, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        // The newest word about a repository wins; one order of locks for all writers.
        RepositoryFacts[] newest = [.. facts.GroupBy(item => item.GitHubId).Select(group => group.Aggregate(Merge)).OrderBy(item => item.GitHubId)];
        long[] ids = [.. newest.Select(item => item.GitHubId).Concat(alsoFind).Distinct()];
        if (newest.Length > 0) await WriteAsync(connection, newest, now, cancellationToken);
        var rows = new Dictionary<long, Guid>();
        await using var select = new NpgsqlCommand("select git_hub_id, id from repositories where git_hub_id = any($1)", connection);
        new ColumnArrays(select).Add(NpgsqlDbType.Bigint, ids);
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) rows[reader.GetInt64(0)] = reader.GetGuid(1);
        return rows;
    }

    /// <summary>Repositories that the App no longer sees keep their history; only the link to the installation goes.</summary>
    public static async Task UninstallAsync(
        NpgsqlConnection connection, DeliveryPlan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (plan.Uninstalled.Count == 0 && plan.RemovedInstallation is null) return;
        await using var command = new NpgsqlCommand(
            "update repositories set installation_id = null, updated_at = $3 where git_hub_id = any($1) or installation_id = $2", connection);
        new ColumnArrays(command).Add(NpgsqlDbType.Bigint, plan.Uninstalled);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)plan.RemovedInstallation ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The repository at an address that a person gave.</summary>
    public static async Task<Repository> ByCloneUrlAsync(
        SentinelDbContext db, CloneUrl url, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into repositories (id, full_name, clone_url, private, archived, created_at, updated_at)
            select {Guid.CreateVersion7()}, {url.FullName}, {url.Url}, false, false, {now}, {now}
            where not exists (select 1 from repositories where clone_url = {url.Url})
            on conflict (clone_url) where git_hub_id is null do nothing
            """,
            cancellationToken);
        return await db.Repositories.AsNoTracking().Where(row => row.CloneUrl == url.Url)
            .OrderBy(row => row.GitHubId == null).ThenByDescending(row => row.UpdatedAt).FirstAsync(cancellationToken);
    }

    private static async Task WriteAsync(
        NpgsqlConnection connection, RepositoryFacts[] facts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Most deliveries change nothing here: rows are touched only where something differs, so a busy repository is not a
        // row that all writers queue for.
        await using var command = new NpgsqlCommand(
            """
            with fact as materialized (
              select * from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bool[], $8::bool[])
                as fact (id, git_hub_id, full_name, clone_url, installation_id, default_branch, private, archived)
            ), adopted as (
              update repositories as row set git_hub_id = fact.git_hub_id, full_name = fact.full_name,
                  installation_id = fact.installation_id, default_branch = coalesce(fact.default_branch, row.default_branch),
                  private = coalesce(fact.private, row.private), archived = coalesce(fact.archived, row.archived), updated_at = $9
              from fact
              where row.git_hub_id is null and row.clone_url = fact.clone_url
                and not exists (select 1 from repositories other where other.git_hub_id = fact.git_hub_id)
              returning row.git_hub_id
            ), changed as (
              update repositories as row set full_name = fact.full_name, clone_url = fact.clone_url,
                  installation_id = coalesce(fact.installation_id, row.installation_id),
                  default_branch = coalesce(fact.default_branch, row.default_branch),
                  private = coalesce(fact.private, row.private), archived = coalesce(fact.archived, row.archived), updated_at = $9
              from fact
              where row.git_hub_id = fact.git_hub_id
                and (row.full_name, row.clone_url, row.installation_id, row.default_branch, row.private, row.archived)
                  is distinct from (fact.full_name, fact.clone_url, coalesce(fact.installation_id, row.installation_id),
                    coalesce(fact.default_branch, row.default_branch), coalesce(fact.private, row.private), coalesce(fact.archived, row.archived))
            )
            insert into repositories (id, git_hub_id, full_name, clone_url, installation_id, default_branch, private, archived, created_at, updated_at)
            select id, git_hub_id, full_name, clone_url, installation_id, default_branch, coalesce(private, false), coalesce(archived, false), $9, $9
            from fact where git_hub_id not in (select git_hub_id from adopted)
              and not exists (select 1 from repositories row where row.git_hub_id = fact.git_hub_id)
            order by git_hub_id
            on conflict (git_hub_id) do nothing
            """,
            connection);
        var columns = new ColumnArrays(command);
        columns.Add(NpgsqlDbType.Uuid, facts.Select(_ => Guid.CreateVersion7(now)));
        columns.Add(NpgsqlDbType.Bigint, facts.Select(item => item.GitHubId));
        columns.Add(NpgsqlDbType.Text, facts.Select(item => item.FullName));
        columns.Add(NpgsqlDbType.Text, facts.Select(item => item.CloneUrl));
        columns.Add(NpgsqlDbType.Bigint, facts.Select(item => item.InstallationId));
        columns.Add(NpgsqlDbType.Text, facts.Select(item => item.DefaultBranch));
        columns.Add(NpgsqlDbType.Boolean, facts.Select(item => item.Private));
        columns.Add(NpgsqlDbType.Boolean, facts.Select(item => item.Archived));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static RepositoryFacts Merge(RepositoryFacts older, RepositoryFacts newer) => newer with
    {
        InstallationId = newer.InstallationId ?? older.InstallationId,
        DefaultBranch = newer.DefaultBranch ?? older.DefaultBranch,
        Private = newer.Private ?? older.Private,
        Archived = newer.Archived ?? older.Archived,
    };
}
