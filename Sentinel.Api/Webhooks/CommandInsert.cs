using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Sentinel.Contracts;
using Sentinel.Data.Commands;
using Sentinel.Data.Outbox;

namespace Sentinel.Api.Webhooks;

/// <summary>Hands commands of comments to the outbox: one message for each comment, whatever was delivered again.</summary>
internal static class CommandInsert
{
    public static async Task WriteAsync(
        NpgsqlConnection connection, IEnumerable<IncomingDelivery> deliveries, IReadOnlyDictionary<long, Guid> repositories, CancellationToken cancellationToken)
    {
        // One order of locks for all writers.
        var commands = deliveries.Where(item => item.Plan.Command is { } command && repositories.ContainsKey(command.RepositoryId))
            .Select(item => (Delivery: item, Message: Message(item.Plan.Command!, repositories[item.Plan.Command!.RepositoryId])))
            .OrderBy(item => item.Message.IdempotencyKey, StringComparer.Ordinal).ToArray();
        if (commands.Length == 0) return;

        await using var command = new NpgsqlCommand(
            $"""
            insert into outbox_messages (id, kind, aggregate_key, idempotency_key, repository_id, payload, status, attempts, next_attempt_at, created_at, request_id, trace_parent)
            select id, '{OutboxMessage.GitHubCommand}', aggregate_key, idempotency_key, repository_id, payload, 'Pending', 0, at, at, request_id, trace_parent
            from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::jsonb[], $6::timestamptz[], $7::text[], $8::text[])
              as message (id, aggregate_key, idempotency_key, repository_id, payload, at, request_id, trace_parent)
            on conflict (idempotency_key) do nothing
            """,
            connection);
        var columns = new ColumnArrays(command);
        columns.Add(NpgsqlDbType.Uuid, commands.Select(item => Guid.CreateVersion7(item.Delivery.ReceivedAt)));
        columns.Add(NpgsqlDbType.Text, commands.Select(item => item.Message.AggregateKey));
        columns.Add(NpgsqlDbType.Text, commands.Select(item => item.Message.IdempotencyKey));
        columns.Add(NpgsqlDbType.Uuid, commands.Select(item => item.Message.RepositoryId));
        columns.Add(NpgsqlDbType.Jsonb, commands.Select(item => JsonSerializer.Serialize(item.Message, SentinelJson.Options)));
        columns.Add(NpgsqlDbType.TimestampTz, commands.Select(item => item.Delivery.ReceivedAt));
        columns.Add(NpgsqlDbType.Text, commands.Select(item => item.Delivery.RequestId));
        columns.Add(NpgsqlDbType.Text, commands.Select(item => item.Delivery.TraceParent));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static CommandMessage Message(PlannedCommand command, Guid repositoryId) => new()
    {
        RepositoryId = repositoryId,
        PullRequest = command.PullRequest,
        CommentKind = command.CommentKind,
        CommentId = command.CommentId,
        InReplyTo = command.InReplyTo,
        AuthorId = command.AuthorId,
        AuthorLogin = command.AuthorLogin,
        Command = command.Command,
    };
}
