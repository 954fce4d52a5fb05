using Sentinel.Data;
using Sentinel.Data.Outbox;

namespace Sentinel.Worker.Outbox;

/// <summary>
/// Delivers messages of one kind. A message may come again after a crash, so that delivering it twice must do no harm: a handler looks
/// at what is there before it writes.
/// </summary>
internal interface IOutboxHandler
{
    /// <summary><see cref="OutboxMessage.Kind"/> of its messages; one handler for each.</summary>
    string Kind { get; }

    /// <summary>
    /// Whether messages of one key all ask for the same, "bring X up to date", so that delivering one settles all that were there when
    /// it began.
    /// </summary>
    bool Coalesces { get; }

    /// <summary>Attempts until a message is given up, where the fault may pass.</summary>
    int MaxAttempts { get; }

    /// <summary>Delivers one message. An exception means "try again later"; anything else is said by the outcome.</summary>
    Task<OutboxOutcome> HandleAsync(OutboxDelivery delivery, CancellationToken cancellationToken);
}

/// <summary>A message in a handler's hands.</summary>
/// <param name="Message">Not tracked; <see cref="OutboxMessage.Attempts"/> is 1 the first time.</param>
/// <param name="Database">What is added to or changed in it is saved in the transaction that marks the message done.</param>
internal sealed record OutboxDelivery(OutboxMessage Message, SentinelDbContext Database)
{
    /// <summary>Called after that transaction; null for nothing. Must not throw.</summary>
    public Func<CancellationToken, Task>? Committed { get; set; }
}

/// <summary>What became of a message.</summary>
internal abstract record OutboxOutcome
{
    private OutboxOutcome()
    {
    }

    /// <summary>Delivered, or there is nothing left to deliver.</summary>
    public static OutboxOutcome Done { get; } = new Delivered();

    /// <inheritdoc cref="Done"/>
    public sealed record Delivered : OutboxOutcome;

    /// <summary>Not now, and nobody's fault: it costs no attempt.</summary>
    /// <param name="Until">When to try again.</param>
    /// <param name="Reason">For people.</param>
    public sealed record Postponed(DateTimeOffset Until, string Reason) : OutboxOutcome;

    /// <summary>Trying again would change nothing: the message becomes a dead letter, to be run again by a person.</summary>
    /// <param name="Reason">For people, in plain words.</param>
    public sealed record Refused(string Reason) : OutboxOutcome;
}
