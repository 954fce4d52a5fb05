using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Sentinel.Data;
using Sentinel.Data.Outbox;
using Sentinel.Tests.Data.Queue;
using Sentinel.Tests.Support;
using Sentinel.Worker.Outbox;

namespace Sentinel.Tests.Worker.Outbox;

/// <summary>The outbox on a real database, drained round by round; its clock is moved by hand.</summary>
internal sealed class OutboxBench : IAsyncDisposable, IDbContextFactory<SentinelDbContext>
{
    private readonly NpgsqlDataSource _source;

    private OutboxBench(NpgsqlDataSource source) => _source = source;

    public ManualTime Time { get; } = new();

    public OutboxOptions Options { get; } = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<OutboxBench> StartAsync() => new(await TestPostgres.CreateDataSourceAsync(Token));

    public SentinelDbContext CreateDbContext()
    {
        var options = new DbContextOptionsBuilder<SentinelDbContext>();
        SentinelDataExtensions.Configure(options, _source);
        return new SentinelDbContext(options.Options);
    }

    /// <summary>The drain of one process.</summary>
    public OutboxDrain Drain(params IOutboxHandler[] handlers) =>
        new(this, handlers, Microsoft.Extensions.Options.Options.Create(Options), Time, NullLogger<OutboxDrain>.Instance);

    public OutboxRetention Retention() => new(this, Microsoft.Extensions.Options.Options.Create(Options), Time, NullLogger<OutboxRetention>.Instance);

    /// <summary>Writes a message, later than those before.</summary>
    public async Task<Guid> AddAsync(string key, string kind = RecordingHandler.TheKind)
    {
        var message = new OutboxMessage
        {
            Id = Guid.CreateVersion7(Time.NextStamp()),
            Kind = kind,
            AggregateKey = key,
            IdempotencyKey = Guid.NewGuid().ToString(),
            Payload = "{}",
            NextAttemptAt = Time.GetUtcNow(),
            CreatedAt = Time.GetUtcNow(),
        };
        await using var database = CreateDbContext();
        database.Outbox.Add(message);
        await database.SaveChangesAsync(Token);
        return message.Id;
    }

    public async Task<OutboxMessage> ReadAsync(Guid id)
    {
        await using var database = CreateDbContext();
        return await database.Outbox.AsNoTracking().SingleAsync(m => m.Id == id, Token);
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}

/// <summary>Remembers what it was given and answers as the test says.</summary>
internal sealed class RecordingHandler(Func<OutboxDelivery, CancellationToken, Task<OutboxOutcome>>? answer = null) : IOutboxHandler
{
    public const string TheKind = "test";

    public string Kind => TheKind;

    public bool Coalesces { get; init; }

    public int MaxAttempts { get; init; } = 3;

    public ConcurrentQueue<Guid> Handled { get; } = new();

    public Task<OutboxOutcome> HandleAsync(OutboxDelivery delivery, CancellationToken cancellationToken)
    {
        Handled.Enqueue(delivery.Message.Id);
        return answer?.Invoke(delivery, cancellationToken) ?? Task.FromResult(OutboxOutcome.Done);
    }
}
