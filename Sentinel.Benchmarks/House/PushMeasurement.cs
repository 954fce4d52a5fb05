using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Sentinel.Benchmarks.Reporting;
using Sentinel.Contracts;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;

namespace Sentinel.Benchmarks.House;

/// <summary>From the answer to a push webhook to its findings in the API.</summary>
internal static class PushMeasurement
{
    private const int Rounds = 30;
    private const string NoCommit = "0000000000000000000000000000000000000000";

    public static async Task RunAsync(SentinelHouse house, Report report, CancellationToken cancellationToken)
    {
        var milliseconds = new List<double>();
        for (var i = 0; i < Rounds; i++)
        {
            var name = $"bench/push-{i}";
            var commit = house.GitHub.Create(name).Commit(
                "Add", [("Dockerfile", "FROM debian:latest\nUSER 1000\n"), .. Enumerable.Range(0, 100).Select(f => ($"src/File{f}.cs", (string?)SampleCode.File(i, f)))]);
            milliseconds.Add(await OneAsync(house, Pushes.Create(house.GitHub.Url, name, NoCommit, commit), cancellationToken));
        }
        report.Add(
            "Push accepted to findings visible",
            $"From the 202 on a signed push of a new repository (100 files of code and a Dockerfile, git over HTTP) to its finding in `GET {ApiRoutes.Findings}`, asked for every 5 ms. {Rounds} pushes one after the other; the first three are left out.",
            ["", "p50", "p95", "worst"], [["push", .. new[] { 0.5, 0.95, 1 }.Select(p => Report.Milliseconds(Percentiles.At(milliseconds.Skip(3), p)))]]);
    }

    private static async Task<double> OneAsync(SentinelHouse house, SignedPush push, CancellationToken cancellationToken)
    {
        using var answer = await house.Api.SendAsync(push.ToRequest(new Uri(house.Api.BaseAddress!, ApiRoutes.GitHubWebhooks)), cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Accepted) throw new InvalidOperationException($"The push was answered with {answer.StatusCode}.");
        var requestId = answer.Headers.GetValues("X-Request-ID").Single();
        var accepted = Stopwatch.GetTimestamp();
        Guid? repository = null;
        while (Stopwatch.GetElapsedTime(accepted) < TimeSpan.FromMinutes(1))
        {
            repository ??= (await house.Api.GetFromJsonAsync<Page<ScanSummary>>($"{ApiRoutes.Scans}?limit=5", SentinelJson.Options, cancellationToken))!.Items.FirstOrDefault(s => s.RequestId == requestId)?.RepositoryId;
            if (repository is not null && (await house.Api.GetFromJsonAsync<Page<FindingSummary>>($"{ApiRoutes.Findings}?repositoryId={repository}&limit=1", SentinelJson.Options, cancellationToken))!.Items.Count > 0)
                return Stopwatch.GetElapsedTime(accepted).TotalMilliseconds;
            await Task.Delay(5, cancellationToken);
        }
        throw new TimeoutException("The finding did not appear within a minute.");
    }
}
