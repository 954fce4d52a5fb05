using System.Diagnostics;
using Aspire.Hosting.Testing;
using Sentinel.Contracts;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Operations;
using Sentinel.Contracts.Scans;
using StackExchange.Redis;

namespace Sentinel.Tests.EndToEnd;

/// <summary>Whatever dies, nothing is lost and nothing is done twice; without a model there is guidance.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class ResilienceTests
{
    private const string NoCommit = "0000000000000000000000000000000000000000";

    [Fact]
    public async Task Push_WithoutModelAndWithLosses_IsStillScannedOnceAndGuided()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var sentinel = await SentinelApplication.StartAsync(modelUrl: null, collectorUrl: null, cancellationToken);

        await RedisWiped_LosesNothingAsync(sentinel, cancellationToken);
        await WorkerKilled_LosesAndDuplicatesNothingAsync(sentinel, cancellationToken);
    }

    private static async Task RedisWiped_LosesNothingAsync(SentinelApplication sentinel, CancellationToken cancellationToken)
    {
        var options = ConfigurationOptions.Parse((await sentinel.App.GetConnectionStringAsync("redis", cancellationToken))!);
        options.AllowAdmin = true;
        await using var redis = await ConnectionMultiplexer.ConnectAsync(options);
        var requests = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            var commit = sentinel.GitHub.Create($"acme/wiped-{i}").Commit("Add", ("Dockerfile", DefectiveFiles.Dockerfile));
            requests.Add(await sentinel.PushAsync($"acme/wiped-{i}", NoCommit, commit, cancellationToken));
            await redis.GetServers()[0].ExecuteAsync("FLUSHALL");
        }

        foreach (var request in requests)
        {
            var scan = await sentinel.ScanOfAsync(request, cancellationToken);
            Assert.Equal(ScanStatus.Succeeded, scan.Status);
            Assert.Single(await sentinel.FindingsAsync(scan.RepositoryId, cancellationToken));
        }
    }

    private static async Task WorkerKilled_LosesAndDuplicatesNothingAsync(SentinelApplication sentinel, CancellationToken cancellationToken)
    {
        const int Files = 3000;
        var repository = sentinel.GitHub.Create("acme/large");
        var files = Enumerable.Range(0, Files).Select(i => ($"src/f{i}.txt", (string?)string.Concat(Enumerable.Repeat($"line {i} of an ordinary file without any secret key\n", 400)))).Append((".github/workflows/greet.yml", DefectiveFiles.Workflow)).ToArray();
        var commit = repository.Commit("Add much", files);
        var request = await sentinel.PushAsync("acme/large", NoCommit, commit, cancellationToken);

        var running = await SentinelApplication.EventuallyAsync(
            async () => (await sentinel.GetAsync<Page<ScanSummary>>($"{ApiRoutes.Scans}?limit=20", cancellationToken)).Items
                .SingleOrDefault(s => s.RequestId == request && s.Status == ScanStatus.Running && s.Phase >= ScanPhase.Analyse),
            "the scan runs", cancellationToken);
        var detail = await sentinel.GetAsync<ScanDetail>($"{ApiRoutes.Scans}/{running.Id}", cancellationToken);
        Process.GetProcessById(int.Parse(detail.WorkerId!.Split('-')[^1], System.Globalization.CultureInfo.InvariantCulture)).Kill();

        var scan = await sentinel.ScanOfAsync(request, cancellationToken);
        Assert.Equal((ScanStatus.Succeeded, Files + 1), (scan.Status, scan.FilesTotal));
        var finding = Assert.Single(await sentinel.FindingsAsync(scan.RepositoryId, cancellationToken));
        var whole = await sentinel.GetAsync<FindingDetail>($"{ApiRoutes.Findings}/{finding.Id}", cancellationToken);
        Assert.Equal([FindingEventKind.Opened], whole.Events.Select(e => e.Kind));
        Assert.True((await sentinel.GetAsync<ScanDetail>($"{ApiRoutes.Scans}/{scan.Id}", cancellationToken)).Attempt > 1, "The killed worker should have cost an attempt.");

        var explanation = await SentinelApplication.EventuallyAsync(
            async () => (await sentinel.GetAsync<FindingDetail>($"{ApiRoutes.Findings}/{finding.Id}", cancellationToken)).Explanation is { Status: ExplanationStatus.Ready } ready ? ready : null,
            "guidance for the finding", cancellationToken);
        Assert.Equal((ExplanationSource.Guidance, "no-key"), (explanation.Source, explanation.Reason));
        Assert.NotEmpty((await sentinel.GetAsync<OperationsSnapshot>(ApiRoutes.Operations, cancellationToken)).Workers);
    }
}
