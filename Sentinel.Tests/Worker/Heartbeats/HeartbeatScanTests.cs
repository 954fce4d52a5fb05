using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sentinel.Api.Heartbeats;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Heartbeat;
using Sentinel.Data.Queue;
using Sentinel.Scanning;
using Sentinel.Scanning.Secrets;

namespace Sentinel.Tests.Worker.Heartbeats;

/// <summary>Beats through the real queue and the real worker.</summary>
public sealed class HeartbeatScanTests
{
    private const string Blind = "github-pat";

    private static readonly IOptions<HeartbeatOptions> AllAtOnce = Options.Create(new HeartbeatOptions { Period = TimeSpan.FromHours(24) });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Beat_OfAllRules_IsFoundWholeAndLeavesNoFinding()
    {
        await using var worker = new WorkerFixture();
        await worker.InitializeAsync();

        var run = await BeatAsync(worker);

        Assert.Equal((RuleCatalog.OfFiles.Count, RuleCatalog.OfFiles.Count), (run.Tried, run.Found));
        Assert.Empty(run.Missed);
        await using var database = worker.Database();
        Assert.Equal((0, 0, 0), (await database.Findings.CountAsync(Cancellation), await database.Outbox.CountAsync(Cancellation), await database.FileAnalyses.CountAsync(Cancellation)));
        var snapshot = await new HeartbeatStatus(AllAtOnce, TimeProvider.System).LoadAsync(database, Cancellation);
        Assert.Empty(snapshot.Alerts);
        Assert.InRange(snapshot.LatencyP50!.Value, 0.001, 120);
    }

    [Fact]
    public async Task Beat_WithARuleThatFindsNothing_NamesItAndAlerts()
    {
        await using var worker = new WorkerFixture
        {
            Configure = services => services.AddSingleton<Func<SecretRuleSet, IReadOnlyList<IFileAnalyzer>>>(
                set => [.. ScannerRegistration.With(set).Select(a => a is SecretAnalyzer ? new OneEyed(a) : a)]),
        };
        await worker.InitializeAsync();

        var run = await BeatAsync(worker);

        Assert.Equal([Blind], run.Missed);
        Assert.Equal(run.Tried - 1, run.Found);
        await using var database = worker.Database();
        var alert = Assert.Single((await new HeartbeatStatus(AllAtOnce, TimeProvider.System).LoadAsync(database, Cancellation)).Alerts);
        Assert.Equal(("missed", $"A rule does not find its own example: {Blind}."), (alert.Code, alert.Message));
    }

    private static async Task<HeartbeatRun> BeatAsync(WorkerFixture worker)
    {
        var beats = new HeartbeatBeats(
            worker.Services.GetRequiredService<IDbContextFactory<SentinelDbContext>>(), worker.Services.GetRequiredService<IScanQueue>(), AllAtOnce, TimeProvider.System);
        var sent = await beats.BeatAsync(Cancellation);
        Assert.Equal(ScanStatus.Succeeded, (await worker.EndOfAsync(sent!.ScanId)).Status);
        await using var database = worker.Database();
        return await database.HeartbeatRuns.AsNoTracking().SingleAsync(Cancellation);
    }

    /// <summary>An analyzer that lost one of its rules.</summary>
    private sealed class OneEyed(IFileAnalyzer inner) : IFileAnalyzer
    {
        public PluginDescriptor Descriptor => inner.Descriptor;

        public IReadOnlyList<RuleDescriptor> Rules => inner.Rules;

        public bool Accepts(FileEntry file) => inner.Accepts(file);

        public string PathClass(string path) => inner.PathClass(path);

        public async ValueTask<IReadOnlyList<Finding>> AnalyzeAsync(SourceFile file, AnalysisContext context, CancellationToken cancellationToken) =>
            [.. (await inner.AnalyzeAsync(file, context, cancellationToken)).Where(f => f.RuleId != Blind)];
    }
}
