using Microsoft.EntityFrameworkCore;
using Sentinel.Data.Outbox;
using Sentinel.Data.Settings;
using Sentinel.Worker.Outbox;

namespace Sentinel.Tests.Worker.Outbox;

/// <summary>What the outbox promises: once per message, in order per key, again after faults, given up with a reason.</summary>
public sealed class OutboxDrainTests : IAsyncLifetime
{
    private OutboxBench _bench = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await OutboxBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Round_MessagesOfOneKey_AreDeliveredOneAfterTheOther()
    {
        var (first, second, other) = (await _bench.AddAsync("a"), await _bench.AddAsync("a"), await _bench.AddAsync("b"));
        var handler = new RecordingHandler();
        var drain = _bench.Drain(handler);

        Assert.Equal(2, await drain.RoundAsync(handler, Token));
        Assert.Equal(new[] { first, other }.Order(), handler.Handled.Order());
        Assert.Equal(1, await drain.RoundAsync(handler, Token));
        Assert.Equal(second, handler.Handled.Last());
        Assert.Equal(0, await drain.RoundAsync(handler, Token));
        Assert.Equal(OutboxStatus.Done, (await _bench.ReadAsync(second)).Status);
    }

    [Fact]
    public async Task Round_FirstOfAKeyFails_TheLaterOnesWait()
    {
        var (first, second) = (await _bench.AddAsync("a"), await _bench.AddAsync("a"));
        var failing = true;
        var handler = new RecordingHandler((_, _) => failing ? throw new TimeoutException() : Task.FromResult(OutboxOutcome.Done));
        var drain = _bench.Drain(handler);

        await drain.RoundAsync(handler, Token);
        var waiting = await _bench.ReadAsync(first);
        Assert.Equal((OutboxStatus.Pending, 1, "TimeoutException"), (waiting.Status, waiting.Attempts, waiting.LastError));
        // 2 s doubled once, give or take a quarter.
        Assert.InRange(waiting.NextAttemptAt - _bench.Time.GetUtcNow(), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5));
        Assert.Equal(0, await drain.RoundAsync(handler, Token));

        failing = false;
        _bench.Time.Advance(TimeSpan.FromSeconds(5));
        while (await drain.RoundAsync(handler, Token) > 0) { }
        Assert.Equal([first, first, second], handler.Handled);
    }

    [Fact]
    public async Task Round_FailsTooOften_BecomesADeadLetterAndLetsTheNextPass()
    {
        var (first, second) = (await _bench.AddAsync("a"), await _bench.AddAsync("a"));
        var handler = new RecordingHandler((delivery, _) => delivery.Message.Id == first ? throw new TimeoutException() : Task.FromResult(OutboxOutcome.Done));
        var drain = _bench.Drain(handler);

        for (var i = 0; i < 4; i++)
        {
            await drain.RoundAsync(handler, Token);
            _bench.Time.Advance(TimeSpan.FromMinutes(10));
        }

        Assert.Equal((OutboxStatus.DeadLettered, 3), ((await _bench.ReadAsync(first)).Status, (await _bench.ReadAsync(first)).Attempts));
        Assert.Equal([first, first, first, second], handler.Handled);
    }

    [Fact]
    public async Task Prune_TakesAwayWhatWasDeliveredLongAgo_AndNothingThatWaitsOrWasGivenUp()
    {
        var (delivered, refused) = (await _bench.AddAsync("a"), await _bench.AddAsync("b"));
        var handler = new RecordingHandler((delivery, _) => Task.FromResult(delivery.Message.Id == refused ? new OutboxOutcome.Refused("No.") : OutboxOutcome.Done));
        await _bench.Drain(handler).RoundAsync(handler, Token);
        var waiting = await _bench.AddAsync("c");

        _bench.Time.Advance(_bench.Options.KeepDelivered - TimeSpan.FromMinutes(1));
        Assert.Equal(0, await _bench.Retention().PruneAsync(Token));
        _bench.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, await _bench.Retention().PruneAsync(Token));

        await Assert.ThrowsAsync<InvalidOperationException>(() => _bench.ReadAsync(delivered));
        Assert.Equal((OutboxStatus.DeadLettered, OutboxStatus.Pending), ((await _bench.ReadAsync(refused)).Status, (await _bench.ReadAsync(waiting)).Status));
    }

    [Fact]
    public async Task Round_Postponed_CostsNoAttempt()
    {
        var id = await _bench.AddAsync("a");
        var until = _bench.Time.GetUtcNow() + TimeSpan.FromHours(1);
        var handler = new RecordingHandler((_, _) => Task.FromResult<OutboxOutcome>(new OutboxOutcome.Postponed(until, "GitHub's rate limit is reached.")));
        var drain = _bench.Drain(handler);

        for (var i = 0; i < 5; i++) await drain.RoundAsync(handler, Token);
        var waiting = await _bench.ReadAsync(id);
        Assert.Equal((OutboxStatus.Pending, 0, until, "GitHub's rate limit is reached."), (waiting.Status, waiting.Attempts, waiting.NextAttemptAt, waiting.LastError));
        Assert.Single(handler.Handled);
    }

    [Fact]
    public async Task Round_Refused_IsADeadLetterAtOnceWithTheReason()
    {
        var id = await _bench.AddAsync("a");
        var handler = new RecordingHandler((_, _) => Task.FromResult<OutboxOutcome>(new OutboxOutcome.Refused("The App needs the permission checks=write.")));

        await _bench.Drain(handler).RoundAsync(handler, Token);

        var dead = await _bench.ReadAsync(id);
        Assert.Equal((OutboxStatus.DeadLettered, 1, "The App needs the permission checks=write."), (dead.Status, dead.Attempts, dead.LastError));
    }

    [Fact]
    public async Task Round_Coalescing_SettlesWhatWasThereAndNotWhatCameMeanwhile()
    {
        var (first, second) = (await _bench.AddAsync("a"), await _bench.AddAsync("a"));
        var third = Guid.Empty;
        var handler = new RecordingHandler(async (_, _) =>
        {
            if (third == Guid.Empty) third = await _bench.AddAsync("a");
            return OutboxOutcome.Done;
        })
        { Coalesces = true };
        var drain = _bench.Drain(handler);

        await drain.RoundAsync(handler, Token);
        Assert.Equal((OutboxStatus.Done, OutboxStatus.Done, OutboxStatus.Pending), ((await _bench.ReadAsync(first)).Status, (await _bench.ReadAsync(second)).Status, (await _bench.ReadAsync(third)).Status));
        await drain.RoundAsync(handler, Token);
        Assert.Equal([first, third], handler.Handled);
    }

    [Fact]
    public async Task Round_WorkerDied_AnotherDeliversAfterTheLease()
    {
        var id = await _bench.AddAsync("a");
        using var dead = new CancellationTokenSource();
        var dying = new RecordingHandler(async (_, cancellationToken) =>
        {
            await dead.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            return OutboxOutcome.Done;
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.Drain(dying).RoundAsync(dying, dead.Token));

        var handler = new RecordingHandler();
        var drain = _bench.Drain(handler);
        Assert.Equal(0, await drain.RoundAsync(handler, Token));
        _bench.Time.Advance(_bench.Options.LeaseTime);
        Assert.Equal(1, await drain.RoundAsync(handler, Token));
        Assert.Equal((OutboxStatus.Done, 2), ((await _bench.ReadAsync(id)).Status, (await _bench.ReadAsync(id)).Attempts));
    }

    [Fact]
    public async Task Round_LeaseWasLost_NothingOfTheLateOneIsWritten()
    {
        var id = await _bench.AddAsync("a");
        var other = new RecordingHandler();
        var late = new RecordingHandler(async (delivery, _) =>
        {
            _bench.Time.Advance(_bench.Options.LeaseTime);
            await _bench.Drain(other).RoundAsync(other, Token);
            delivery.Database.Settings.Add(new Setting { Key = "late", Value = [1], CreatedAt = _bench.Time.GetUtcNow() });
            return OutboxOutcome.Done;
        });

        await _bench.Drain(late).RoundAsync(late, Token);

        Assert.Equal([id], other.Handled);
        await using var database = _bench.CreateDbContext();
        Assert.False(await database.Settings.AnyAsync(s => s.Key == "late", Token));
    }

    [Fact]
    public async Task Round_ManyWorkersAtOnce_DeliverEachMessageOnceAndInOrder()
    {
        var expected = new Dictionary<string, List<Guid>>();
        foreach (var i in Enumerable.Range(0, 60))
        {
            var key = $"key-{i % 7}";
            (expected.TryGetValue(key, out var list) ? list : expected[key] = []).Add(await _bench.AddAsync(key));
        }
        var handler = new RecordingHandler();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var drain = _bench.Drain(handler);
            for (var idle = 0; idle < 20;) idle = await drain.RoundAsync(handler, Token) == 0 ? idle + 1 : 0;
        }, Token)));

        Assert.Equal(60, handler.Handled.Count);
        var order = handler.Handled.ToList();
        Assert.All(expected.Values, ids => Assert.Equal(ids, ids.OrderBy(order.IndexOf)));
    }
}
