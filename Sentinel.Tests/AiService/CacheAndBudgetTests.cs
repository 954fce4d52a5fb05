using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.AiService.Budgets;
using Sentinel.Contracts.Findings;
using Sentinel.Tests.Fakes.FakeModel;

namespace Sentinel.Tests.AiService;

public sealed class CacheAndBudgetTests
{
    private static readonly BudgetLimits Limits = new(Tokens: 100, Micros: 1000, RepositoryTokens: 60, RepositoryMicros: 600);
    private static readonly DateOnly Day = new(2026, 11, 23);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Explain_SameContentAgain_IsAnsweredFromTheCacheAndSaysSo()
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation);
        var first = await service.ExplainAsync(Questions.Injection, Cancellation);

        var second = await service.ExplainAsync(Questions.Injection with { FindingId = Guid.CreateVersion7(), RepositoryId = Guid.CreateVersion7() }, Cancellation);

        Assert.Equal(first with { Cached = true, InputTokens = 0, OutputTokens = 0, CostUsd = 0, Claims = second.Claims }, second);
        Assert.Equal(first.Claims, second.Claims);
        Assert.Single(model.Requests);
    }

    [Fact]
    public async Task Explain_OtherLineOrCode_IsAskedAgain()
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation);

        await service.ExplainAsync(Questions.Injection, Cancellation);
        await service.ExplainAsync(Questions.Injection with { SnippetStartLine = 9, StartLine = 14, EndLine = 14 }, Cancellation);
        await service.ExplainAsync(Questions.Injection with { Snippet = Questions.Workflow + " " }, Cancellation);

        Assert.Equal(3, model.Requests.Count);
    }

    [Fact]
    public async Task Explain_UnusableAnswer_IsNotCached()
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation);
        model.Script(FakeModelSteps.Garbage);
        await service.ExplainAsync(Questions.Injection, Cancellation);

        Assert.Equal(ExplanationSource.Model, (await service.ExplainAsync(Questions.Injection, Cancellation)).Source);
    }

    [Theory]
    [InlineData("Ai:Budget:DailyTokens")]
    [InlineData("Ai:Budget:DailyUsd")]
    [InlineData("Ai:Budget:RepositoryDailyTokens")]
    [InlineData("Ai:Budget:RepositoryDailyUsd")]
    public async Task Explain_BudgetUsedUp_StopsHard(string key)
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation, (key, "0"));

        ExplanationsTests.AssertGuidance("budget", await service.ExplainAsync(Questions.Injection, Cancellation));
        Assert.Empty(model.Requests);
    }

    [Fact]
    public async Task Explain_OneRepositorysBudgetUsedUp_LeavesTheOthersTheirs()
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation, ("Ai:Budget:RepositoryDailyTokens", "7000"));

        var reasons = new List<string?>();
        for (var i = 0; i < 4; i++) reasons.Add((await service.ExplainAsync(Questions.Injection with { Message = $"finding {i}" }, Cancellation)).Reason);
        var other = await service.ExplainAsync(Questions.Injection with { RepositoryId = Guid.CreateVersion7(), Message = "finding" }, Cancellation);

        Assert.Contains("budget", reasons);
        Assert.Null(reasons[0]);
        Assert.Equal(ExplanationSource.Model, other.Source);
    }

    [Fact]
    public async Task Explain_ManyAtOnce_CannotPassTheBudgetTogether()
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        // Room for one call at its dearest; what it leaves unused comes back only after it.
        await using var service = await AiServer.StartAsync(model, Cancellation, ("Ai:Budget:DailyTokens", "8000"), ("Ai:Model:Concurrency", "20"));
        model.Default = FakeModelSteps.After(TimeSpan.FromMilliseconds(500), FakeModelSteps.Good);

        var answers = await Task.WhenAll(Enumerable.Range(1, 12).Select(i => service.ExplainAsync(Questions.Injection with { Message = $"finding {i}" }, Cancellation)));

        Assert.Equal(1, answers.Count(a => a.Source == ExplanationSource.Model));
        Assert.Equal(11, answers.Count(a => a.Reason == "budget"));
    }

    [Fact]
    public async Task Explain_TwoInstancesWithRedis_ShareCacheAndBudget()
    {
        await using var redis = await RedisProcess.StartAsync(Cancellation);
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        (string, string?)[] settings = [("ConnectionStrings:redis", redis.ConnectionString), ("Ai:Budget:DailyTokens", "7000")];
        await using var one = await AiServer.StartAsync(model, Cancellation, settings);
        await using var two = await AiServer.StartAsync(model, Cancellation, settings);

        Assert.False((await one.ExplainAsync(Questions.Injection, Cancellation)).Cached);
        Assert.True((await two.ExplainAsync(Questions.Injection, Cancellation)).Cached);
        Assert.Null((await one.ExplainAsync(Questions.Injection with { Message = "second" }, Cancellation)).Reason);
        ExplanationsTests.AssertGuidance("budget", await two.ExplainAsync(Questions.Injection with { Message = "third" }, Cancellation));
    }

    [Fact]
    public async Task Explain_RedisDies_GoesOnAlone()
    {
        var redis = await RedisProcess.StartAsync(Cancellation);
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation, ("ConnectionStrings:redis", redis.ConnectionString + ",syncTimeout=300,asyncTimeout=300,connectTimeout=300"));
        await service.ExplainAsync(Questions.Injection, Cancellation);

        await redis.DisposeAsync();

        Assert.Null((await service.ExplainAsync(Questions.Injection with { Message = "second" }, Cancellation)).Reason);
        Assert.Contains(service.Logs, line => line.Contains("counted in this process alone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task MemoryCounters_EachLimit_IsHeldAndTheNextDayIsNew()
    {
        var counters = new MemoryCounters();
        var (one, two) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        Assert.True(await counters.TryReserveAsync(Day, one, new Spend(60, 100), Limits));
        Assert.False(await counters.TryReserveAsync(Day, one, new Spend(1, 0), Limits));
        Assert.False(await counters.TryReserveAsync(Day, two, new Spend(41, 0), Limits));
        Assert.False(await counters.TryReserveAsync(Day, two, new Spend(0, 601), Limits));
        Assert.True(await counters.TryReserveAsync(Day, two, new Spend(40, 600), Limits));
        await counters.AdjustAsync(Day, two, new Spend(-40, -600));
        Assert.True(await counters.TryReserveAsync(Day, two, new Spend(40, 600), Limits));
        Assert.True(await counters.TryReserveAsync(Day.AddDays(1), one, new Spend(60, 600), Limits));
    }

    [Fact]
    public async Task Explain_Metrics_CountTokensAndCost()
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation);
        var factory = service.Services.GetRequiredService<IMeterFactory>();
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Scope == factory && instrument.Meter.Name == "Sentinel.AiService") l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((i, value, _, _) => Add(i, value));
        listener.SetMeasurementEventCallback<double>((i, value, _, _) => Add(i, value));
        listener.Start();

        await service.ExplainAsync(Questions.Injection, Cancellation);

        Assert.Equal(1020, seen["sentinel.ai.tokens"]);
        Assert.Equal(0.00057, seen["sentinel.ai.cost"], 8);
        Assert.Equal(1, seen["sentinel.ai.explanations"]);

        void Add(Instrument instrument, double value)
        {
            lock (seen) seen[instrument.Name] = seen.GetValueOrDefault(instrument.Name) + value;
        }
    }
}
