using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Sentinel.Data;
using Sentinel.Data.Outbox;
using Sentinel.GitHub.Errors;
using Sentinel.ServiceDefaults.Requests;
using Sentinel.Worker.Scans;

namespace Sentinel.Worker.Outbox;

/// <summary>
/// Delivers what the outbox holds. A message is taken by pushing its next attempt into the future, so a worker that dies leaves it to
/// the others, and one that was too slow notices that the message is no longer its own. Within a key messages are delivered in the
/// order of their making: while one waits, those behind it wait too.
/// </summary>
internal sealed partial class OutboxDrain(
    IDbContextFactory<SentinelDbContext> databases, IEnumerable<IOutboxHandler> handlers, IOptions<OutboxOptions> options, TimeProvider time, ILogger<OutboxDrain> logger) : BackgroundService
{
    /// <summary>One round of one kind: takes what is due and delivers it side by side.</summary>
    /// <returns>How many messages were taken.</returns>
    public async Task<int> RoundAsync(IOutboxHandler handler, CancellationToken cancellationToken)
    {
        var messages = await TakeAsync(handler.Kind, cancellationToken);
        await Task.WhenAll(messages.Select(m => DeliverAsync(handler, m, cancellationToken)));
        return messages.Count;
    }

    // Each kind has a loop of its own: a slow AI service must not hold up check runs.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(handlers.Select(h => LoopAsync(h, stoppingToken)));

    private async Task LoopAsync(IOutboxHandler handler, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await RoundAsync(handler, stoppingToken) == 0) await Task.Delay(options.Value.PollInterval, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception ex) when (!stoppingToken.IsCancellationRequested)
            {
                LogFault(handler.Kind, ex);
                await Task.Delay(options.Value.PollInterval * 3, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<List<OutboxMessage>> TakeAsync(string kind, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var until = now + options.Value.LeaseTime;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Outbox.FromSql($"""
            update outbox_messages set attempts = attempts + 1, next_attempt_at = {until}
            where id in (
              select id from outbox_messages m where status = 'Pending' and kind = {kind} and next_attempt_at <= {now}
                and not exists (
                  select 1 from outbox_messages e where e.status = 'Pending' and e.kind = m.kind and e.aggregate_key = m.aggregate_key and e.id < m.id)
              order by next_attempt_at limit {options.Value.Concurrency} for update skip locked)
            returning *
            """).IgnoreQueryFilters().AsNoTracking().ToListAsync(cancellationToken);
    }

    private async Task DeliverAsync(IOutboxHandler handler, OutboxMessage message, CancellationToken cancellationToken)
    {
        ActivityContext.TryParse(message.TraceParent, null, isRemote: true, out var parent);
        using var span = WorkerTelemetry.Source.StartActivity($"outbox.{message.Kind}", ActivityKind.Consumer, parent);
        using var request = RequestIdContext.Use(RequestIds.IsValid(message.RequestId) ? message.RequestId! : RequestIds.New());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Value.LeaseTime * 0.75);
        try
        {
            await using var database = await databases.CreateDbContextAsync(limit.Token);
            var settled = handler.Coalesces ? await SameKeyAsync(database, message, limit.Token) : [];
            var delivery = new OutboxDelivery(message, database);
            switch (await handler.HandleAsync(delivery, limit.Token))
            {
                case OutboxOutcome.Postponed postponed:
                    await PostponeAsync(message, postponed, cancellationToken);
                    break;
                case OutboxOutcome.Refused refused:
                    LogRefused(message.Id, message.Kind, refused.Reason);
                    await EndAttemptAsync(message, OutboxStatus.DeadLettered, time.GetUtcNow(), message.Attempts, refused.Reason, cancellationToken);
                    break;
                default:
                    if (!await CompleteAsync(database, message, settled, cancellationToken)) LogLost(message.Id, message.Kind);
                    else if (delivery.Committed is { } committed) await committed(cancellationToken);
                    break;
            }
        }
        catch (Exception ex) when (!cancellationToken.IsCancellationRequested)
        {
            span?.SetStatus(ActivityStatusCode.Error, ex.GetType().Name);
            LogNotDelivered(message.Id, message.Kind, message.Attempts, ex);
            await RetryAsync(handler, message, ex, cancellationToken);
        }
    }

    private static Task<List<Guid>> SameKeyAsync(SentinelDbContext database, OutboxMessage message, CancellationToken cancellationToken) =>
        database.Outbox.Where(m => m.Status == OutboxStatus.Pending && m.Kind == message.Kind && m.AggregateKey == message.AggregateKey && m.Id != message.Id)
            .Select(m => m.Id).ToListAsync(cancellationToken);

    private async Task<bool> CompleteAsync(SentinelDbContext database, OutboxMessage message, List<Guid> settled, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var held = await Held(database, message).ExecuteUpdateAsync(
            m => m.SetProperty(x => x.Status, OutboxStatus.Done).SetProperty(x => x.ProcessedAt, now).SetProperty(x => x.LastError, (string?)null), cancellationToken);
        if (held == 0) return false;
        await database.Outbox.Where(m => settled.Contains(m.Id) && m.Status == OutboxStatus.Pending).ExecuteUpdateAsync(
            m => m.SetProperty(x => x.Status, OutboxStatus.Done).SetProperty(x => x.ProcessedAt, now), cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private Task PostponeAsync(OutboxMessage message, OutboxOutcome.Postponed postponed, CancellationToken cancellationToken)
    {
        LogPostponed(message.Id, message.Kind, postponed.Until, postponed.Reason);
        return EndAttemptAsync(message, OutboxStatus.Pending, postponed.Until, message.Attempts - 1, postponed.Reason, cancellationToken);
    }

    private Task RetryAsync(IOutboxHandler handler, OutboxMessage message, Exception fault, CancellationToken cancellationToken)
    {
        var dead = message.Attempts >= handler.MaxAttempts;
        var wait = options.Value.RetryDelay * Math.Pow(2, Math.Min(message.Attempts, 20));
        if (wait > options.Value.MaxRetryDelay) wait = options.Value.MaxRetryDelay;
        // What GitHub said is made to be shown; other messages may hold anything.
        var reason = fault is GitHubException ? fault.Message : fault.GetType().Name;
        return EndAttemptAsync(
            message, dead ? OutboxStatus.DeadLettered : OutboxStatus.Pending, time.GetUtcNow() + (wait * (0.75 + (Random.Shared.NextDouble() / 2))), message.Attempts, reason, cancellationToken);
    }

    private async Task EndAttemptAsync(
        OutboxMessage message, OutboxStatus status, DateTimeOffset next, int attempts, string reason, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await Held(database, message).ExecuteUpdateAsync(
            m => m.SetProperty(x => x.Status, status).SetProperty(x => x.NextAttemptAt, next).SetProperty(x => x.Attempts, attempts)
                .SetProperty(x => x.LastError, PostgresText.Clean(reason, 2000)),
            cancellationToken);
    }

    // The time that taking it wrote is the lease's token: whoever took it later wrote another.
    private static IQueryable<OutboxMessage> Held(SentinelDbContext database, OutboxMessage message) =>
        database.Outbox.Where(m => m.Id == message.Id && m.Status == OutboxStatus.Pending && m.NextAttemptAt == message.NextAttemptAt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outbox could not be read for {Kind}; trying again")]
    private partial void LogFault(string kind, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Outbox message {MessageId} ({Kind}) was not delivered on attempt {Attempt}")]
    private partial void LogNotDelivered(Guid messageId, string kind, int attempt, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Outbox message {MessageId} ({Kind}) waits until {Until}: {Reason}")]
    private partial void LogPostponed(Guid messageId, string kind, DateTimeOffset until, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Outbox message {MessageId} ({Kind}) was given up: {Reason}")]
    private partial void LogRefused(Guid messageId, string kind, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Outbox message {MessageId} ({Kind}) took so long that another worker has it; nothing was written")]
    private partial void LogLost(Guid messageId, string kind);
}
