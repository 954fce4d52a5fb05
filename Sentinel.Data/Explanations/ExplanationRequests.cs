using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts;
using Sentinel.Data.Outbox;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.Data.Explanations;

/// <summary>Asks for explanations. Asking goes through the outbox, so that a restart of anything loses no question.</summary>
public static class ExplanationRequests
{
    /// <summary>The question that is still to be answered; null when there is none.</summary>
    public static Task<OutboxMessage?> WaitingAsync(SentinelDbContext database, Guid findingId, CancellationToken cancellationToken)
    {
        var key = findingId.ToString();
        return database.Outbox.AsNoTracking()
            .Where(message => message.Kind == OutboxMessage.ExplanationRequested && message.AggregateKey == key && message.Status == OutboxStatus.Pending)
            .OrderByDescending(message => message.CreatedAt).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>
    /// The question to be added to the outbox when none waits. Two people who ask at the same moment ask once: until it is answered,
    /// everyone computes the same key, and the second one's write is refused as a unique violation.
    /// </summary>
    public static async Task<OutboxMessage> NewAsync(SentinelDbContext database, Guid findingId, Guid repositoryId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var key = findingId.ToString();
        // Not their number: delivered ones are pruned, and a key must never come back.
        var answered = await database.Outbox
            .Where(item => item.Kind == OutboxMessage.ExplanationRequested && item.AggregateKey == key && item.Status != OutboxStatus.Pending)
            .OrderByDescending(item => item.CreatedAt).ThenByDescending(item => item.Id).Select(item => (Guid?)item.Id).FirstOrDefaultAsync(cancellationToken);
        return new OutboxMessage
        {
            Kind = OutboxMessage.ExplanationRequested,
            AggregateKey = key,
            IdempotencyKey = $"{OutboxMessage.ExplanationRequested}:{findingId}:asked-{answered?.ToString() ?? "first"}",
            RepositoryId = repositoryId,
            Payload = JsonSerializer.Serialize(new { findingId }, SentinelJson.Options),
            NextAttemptAt = now,
            CreatedAt = now,
            RequestId = RequestIdContext.Current,
            TraceParent = Activity.Current?.Id,
        };
    }
}
