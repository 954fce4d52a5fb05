using Npgsql;
using NpgsqlTypes;

namespace Sentinel.Api.Webhooks;

/// <summary>Keeps pull requests as GitHub last described them, before their scans are written.</summary>
internal static class PullRequestUpsert
{
    public static async Task WriteAsync(
        NpgsqlConnection connection, IReadOnlyList<PullRequestFacts> facts, IReadOnlyDictionary<long, Guid> repositories, CancellationToken cancellationToken)
    {
        // Each row once, and one order of locks for all writers.
        PullRequestFacts[] newest = [.. facts.Where(item => repositories.ContainsKey(item.RepositoryId))
            .GroupBy(item => (item.RepositoryId, item.Number)).Select(group => group.OrderBy(item => item.UpdatedAt).Last())
            .OrderBy(item => item.RepositoryId).ThenBy(item => item.Number)];
        if (newest.Length == 0) return;

        // Deliveries come in any order, and again: an older description changes nothing.
        await using var command = new NpgsqlCommand(
            """
            insert into pull_requests (repository_id, number, state, head_sha, head_ref, base_sha, base_ref, draft, from_fork, author_login, title, updated_at)
            select * from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bool[], $9::bool[], $10::text[], $11::text[], $12::timestamptz[])
            on conflict (repository_id, number) do update
              set state = excluded.state, head_sha = excluded.head_sha, head_ref = excluded.head_ref, base_sha = excluded.base_sha, base_ref = excluded.base_ref,
                  draft = excluded.draft, from_fork = excluded.from_fork, author_login = excluded.author_login, title = excluded.title, updated_at = excluded.updated_at
              where pull_requests.updated_at <= excluded.updated_at
            """,
            connection);
        var columns = new ColumnArrays(command);
        columns.Add(NpgsqlDbType.Uuid, newest.Select(item => repositories[item.RepositoryId]));
        columns.Add(NpgsqlDbType.Integer, newest.Select(item => item.Number));
        columns.Add(NpgsqlDbType.Text, newest.Select(item => item.State.ToString()));
        columns.Add(NpgsqlDbType.Text, newest.Select(item => item.HeadSha));
        columns.Add(NpgsqlDbType.Text, newest.Select(item => item.HeadRef));
        columns.Add(NpgsqlDbType.Text, newest.Select(item => item.BaseSha));
        columns.Add(NpgsqlDbType.Text, newest.Select(item => item.BaseRef));
        columns.Add(NpgsqlDbType.Boolean, newest.Select(item => item.Draft));
        columns.Add(NpgsqlDbType.Boolean, newest.Select(item => item.FromFork));
        columns.Add(NpgsqlDbType.Text, newest.Select(item => item.AuthorLogin));
        columns.Add(NpgsqlDbType.Text, newest.Select(item => item.Title));
        columns.Add(NpgsqlDbType.TimestampTz, newest.Select(item => item.UpdatedAt));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
