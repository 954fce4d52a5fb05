using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sentinel.Api.Heartbeats;
using Sentinel.Contracts;
using Sentinel.Contracts.Operations;
using Sentinel.Contracts.Sessions;
using Sentinel.Data;
using Sentinel.Data.Queue;
using Sentinel.Scanning;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Api.Heartbeats;

public sealed class HeartbeatTests
{
    private static readonly HeartbeatOptions Hourly = new();
    private static readonly Dictionary<string, string?> NotByItself = new() { ["Heartbeat:FirstAfter"] = "10:00:00" };

    // In the database's past, so that what the API itself computes with the real clock is not touched by it.
    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Beats_OverADay_AskForEveryRule_AndShowInNoList()
    {
        await using var api = await ApiServer.StartAsync(Cancellation, settings: NotByItself);
        var beats = Beats(api);
        var asked = new List<string>();
        for (var hour = 0; hour < 24; hour++)
        {
            var run = await beats.BeatAsync(Cancellation);
            Assert.Null(await beats.BeatAsync(Cancellation));
            asked.AddRange(run!.RuleIds);
            _clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(RuleCatalog.OfFiles.Select(r => r.Id), asked.Distinct().Order(StringComparer.Ordinal));
        Assert.True(asked.Count < RuleCatalog.OfFiles.Count + 24, $"{asked.Count} tries for {RuleCatalog.OfFiles.Count} rules");
        using var viewer = await api.AsAsync(Role.Viewer, Cancellation);
        foreach (var path in new[] { ApiRoutes.Repositories, ApiRoutes.Scans })
            Assert.Equal(0, (await viewer.GetFromJsonAsync<JsonElement>(path, Cancellation)).GetProperty("items").GetArrayLength());
        var overview = await viewer.GetFromJsonAsync<JsonElement>(ApiRoutes.Overview, Cancellation);
        Assert.Equal((0, 0, 0), (overview.GetProperty("repositories").GetInt32(), overview.GetProperty("latestScans").GetArrayLength(), overview.GetProperty("coverageGaps").GetArrayLength()));
        var operations = await viewer.GetFromJsonAsync<OperationsSnapshot>(ApiRoutes.Operations, SentinelJson.Options, Cancellation);
        Assert.Equal(0, operations!.Latency.Scans);
        Assert.Equal(RuleCatalog.OfFiles.Count, operations.Heartbeat!.Rules);
    }

    [Fact]
    public async Task Beat_ByManyProcessesAtOnce_IsSentOnce()
    {
        await using var api = await ApiServer.StartAsync(Cancellation, settings: NotByItself);

        var sent = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Beats(api).BeatAsync(Cancellation)));

        Assert.Single(sent, run => run is not null);
        Assert.Equal(1, await api.QueryAsync(db => db.HeartbeatRuns.CountAsync(Cancellation)));
    }

    [Fact]
    public async Task Silence_OfTwoPeriods_IsToldOnceEverywhere()
    {
        await using var api = await ApiServer.StartAsync(Cancellation, settings: NotByItself);
        var logs = new EventNames();
        var service = Service(api, logs);
        var beats = Beats(api);
        var first = await beats.BeatAsync(Cancellation);
        await AnswerAsync(api, first!.Id);
        _clock.Advance(TimeSpan.FromHours(1));
        await beats.BeatAsync(Cancellation);
        _clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Empty((await service.WatchAsync(Cancellation)).Alerts);

        _clock.Advance(TimeSpan.FromMinutes(2));
        var alert = Assert.Single((await service.WatchAsync(Cancellation)).Alerts);
        await service.WatchAsync(Cancellation);

        Assert.Equal("silent", alert.Code);
        Assert.Equal(["heartbeat.silent"], logs.Names);
        Assert.Equal(HealthStatus.Degraded, (await HealthAsync(api)).Status);

        var second = await api.QueryAsync(db => db.HeartbeatRuns.OrderByDescending(r => r.QueuedAt).Select(r => r.Id).FirstAsync(Cancellation));
        await AnswerAsync(api, second);
        Assert.Empty((await service.WatchAsync(Cancellation)).Alerts);
        Assert.Equal(["heartbeat.silent", "heartbeat.well"], logs.Names);
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(api)).Status);
    }

    [Fact]
    public async Task Rule_ThatMissedItsExample_IsToldAndTriedAgainAtOnce()
    {
        await using var api = await ApiServer.StartAsync(Cancellation, settings: NotByItself);
        var beats = Beats(api);
        var first = await beats.BeatAsync(Cancellation);
        var blind = first!.RuleIds[0];
        await AnswerAsync(api, first.Id, blind);
        var logs = new EventNames();
        var snapshot = await Service(api, logs).WatchAsync(Cancellation);

        Assert.Equal(["missed"], snapshot.Alerts.Select(a => a.Code));
        Assert.Equal([(blind, "0")], snapshot.Missed.Select(m => (m.RuleId, m.Recent)));
        Assert.Equal((first.RuleIds.Count, first.RuleIds.Count - 1), (snapshot.Tried, snapshot.Found));
        Assert.Equal(["heartbeat.missed"], logs.Names);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Contains(blind, (await beats.BeatAsync(Cancellation))!.RuleIds);
    }

    [Theory]
    [InlineData(0.5, 2.5)]
    [InlineData(0.95, 3.85)]
    [InlineData(1, 4)]
    public void Percentile_OfFour_LiesBetweenTheNearest(double share, double expected) =>
        Assert.Equal(expected, HeartbeatStatus.Percentile([4, 2, 1, 3], share)!.Value, 9);

    private static IDbContextFactory<SentinelDbContext> Databases(ApiServer api) => api.Services.GetRequiredService<IDbContextFactory<SentinelDbContext>>();

    private HeartbeatBeats Beats(ApiServer api) => new(Databases(api), api.Services.GetRequiredService<IScanQueue>(), Options.Create(Hourly), _clock);

    private HeartbeatService Service(ApiServer api, EventNames logs) => new(
        Beats(api), new HeartbeatStatus(Options.Create(Hourly), _clock), api.Services.GetRequiredService<HeartbeatMetrics>(), Databases(api), Options.Create(Hourly), _clock, logs);

    private Task<HealthCheckResult> HealthAsync(ApiServer api) =>
        new HeartbeatHealthCheck(Databases(api), new HeartbeatStatus(Options.Create(Hourly), _clock)).CheckHealthAsync(new HealthCheckContext(), Cancellation);

    // What a worker stores when it has scanned the synthetic content.
    private async Task AnswerAsync(ApiServer api, Guid runId, params string[] missed)
    {
        await using var database = await Databases(api).CreateDbContextAsync(Cancellation);
        var run = await database.HeartbeatRuns.SingleAsync(r => r.Id == runId, Cancellation);
        (run.CompletedAt, run.Tried, run.Found) = (_clock.GetUtcNow(), run.RuleIds.Count, run.RuleIds.Count - missed.Length);
        foreach (var rule in await database.HeartbeatRules.Where(r => run.RuleIds.Contains(r.RuleId)).ToListAsync(Cancellation)) rule.Add(!missed.Contains(rule.RuleId), _clock.GetUtcNow());
        await database.SaveChangesAsync(Cancellation);
    }

    private sealed class EventNames : ILogger<HeartbeatService>
    {
        public List<string> Names { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Names.Add(eventId.Name ?? "");
    }
}
