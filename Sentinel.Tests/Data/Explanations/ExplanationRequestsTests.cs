using Microsoft.EntityFrameworkCore;
using Sentinel.Data.Explanations;
using Sentinel.Data.Outbox;
using Sentinel.Tests.Worker.Outbox;

namespace Sentinel.Tests.Data.Explanations;

/// <summary>Two who ask at once ask once; whoever asks after an answer asks anew.</summary>
public sealed class ExplanationRequestsTests : IAsyncLifetime
{
    private readonly Guid _finding = Guid.CreateVersion7();
    private OutboxBench _bench = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await OutboxBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Ask_TwoAtOnce_AreTheSameQuestion() => Assert.Equal((await NewAsync()).IdempotencyKey, (await NewAsync()).IdempotencyKey);

    /// <summary>Answered questions are taken away after a while; none of their keys may come back while another that holds it is kept.</summary>
    [Fact]
    public async Task Ask_AfterOlderQuestionsWerePruned_IsANewQuestion()
    {
        var opened = await AskedAndAnsweredAsync();
        _bench.Time.Advance(TimeSpan.FromDays(20));
        await AskedAndAnsweredAsync();
        _bench.Time.Advance(TimeSpan.FromDays(11));
        Assert.Equal(1, await _bench.Retention().PruneAsync(Token));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _bench.ReadAsync(opened));

        await AskedAndAnsweredAsync();
        await AskedAndAnsweredAsync();
        _bench.Time.Advance(TimeSpan.FromDays(31));
        Assert.Equal(3, await _bench.Retention().PruneAsync(Token));
        await AskedAndAnsweredAsync();
    }

    private async Task<Guid> AskedAndAnsweredAsync()
    {
        var message = await NewAsync();
        await using var database = _bench.CreateDbContext();
        database.Outbox.Add(message);
        await database.SaveChangesAsync(Token);
        var now = _bench.Time.GetUtcNow();
        await database.Outbox.Where(m => m.Id == message.Id).ExecuteUpdateAsync(m => m.SetProperty(x => x.Status, OutboxStatus.Done).SetProperty(x => x.ProcessedAt, now), Token);
        _bench.Time.Advance(TimeSpan.FromMinutes(1));
        return message.Id;
    }

    private async Task<OutboxMessage> NewAsync()
    {
        await using var database = _bench.CreateDbContext();
        return await ExplanationRequests.NewAsync(database, _finding, Guid.NewGuid(), _bench.Time.GetUtcNow(), Token);
    }
}
