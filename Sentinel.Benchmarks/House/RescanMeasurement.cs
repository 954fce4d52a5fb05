using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using Sentinel.Benchmarks.Reporting;
using Sentinel.Contracts;
using Sentinel.Contracts.Scans;

namespace Sentinel.Benchmarks.House;

/// <summary>What the cache by content is worth: a large repository, and the same after one file has changed.</summary>
internal static class RescanMeasurement
{
    private const string Name = "bench/large";
    private const string NoCommit = "0000000000000000000000000000000000000000";
    private const int Files = 10_000;
    private const int Rounds = 5;

    public static async Task RunAsync(SentinelHouse house, Report report, CancellationToken cancellationToken)
    {
        var repository = house.GitHub.Create(Name);
        var first = repository.Import(stream => WriteHistory(stream));
        var bytes = Enumerable.Range(0, Files).Sum(f => (long)SampleCode.File(0, f).Length);
        var (full, _) = await ScanAsync(house, NoCommit, first, cancellationToken);
        var again = new List<double>();
        repository.Git("reset", "--quiet", "--hard", "main");
        var before = first;
        for (var i = 1; i <= Rounds; i++)
        {
            var after = repository.Commit("Change one file", ("src/17/File17.cs", SampleCode.File(i, 17)));
            var (seconds, status) = await ScanAsync(house, before, after, cancellationToken);
            if (status != ScanStatus.Succeeded) throw new InvalidOperationException($"The scan ended as {status}.");
            again.Add(seconds);
            before = after;
        }
        var median = Percentiles.At(again, 0.5);
        report.Add(
            "Second scan after a change of one file",
            $"A repository of {Report.Number(Files)} files ({Report.Number(bytes / 1e6)} MB); from a worker taking the scan to its results in the database, fetch included. The second figure is the median of {Rounds} pushes that each change one file.",
            ["", "time", "ratio"], [["first scan", Report.Seconds(full), ""], ["one file changed", Report.Milliseconds(median * 1000), Report.Ratio(full / median)]]);
    }

    private static async Task<(double Seconds, ScanStatus Status)> ScanAsync(SentinelHouse house, string before, string after, CancellationToken cancellationToken)
    {
        using var answer = await house.Api.SendAsync(Pushes.Create(house.GitHub.Url, Name, before, after).ToRequest(new Uri(house.Api.BaseAddress!, ApiRoutes.GitHubWebhooks)), cancellationToken);
        var requestId = answer.EnsureSuccessStatusCode().Headers.GetValues("X-Request-ID").Single();
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(10))
        {
            var scan = (await house.Api.GetFromJsonAsync<Page<ScanSummary>>($"{ApiRoutes.Scans}?limit=5", SentinelJson.Options, cancellationToken))!.Items.FirstOrDefault(s => s.RequestId == requestId);
            if (scan is { StartedAt: { } from, CompletedAt: { } to }) return ((to - from).TotalSeconds, scan.Status);
            await Task.Delay(50, cancellationToken);
        }
        throw new TimeoutException("The scan did not end within ten minutes.");
    }

    // https://git-scm.com/docs/git-fast-import
    private static void WriteHistory(Stream stream)
    {
        void Write(string text) => stream.Write(Encoding.UTF8.GetBytes(text));
        Write("commit refs/heads/main\ncommitter Bench <bench@acme.example> 1700000000 +0000\ndata 5\nFirst\n");
        for (var f = 0; f < Files; f++)
        {
            var content = SampleCode.File(0, f);
            Write(string.Create(CultureInfo.InvariantCulture, $"M 100644 inline src/{f % 100}/File{f}.cs\ndata {Encoding.UTF8.GetByteCount(content)}\n{content}\n"));
        }
    }
}
