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
    private const int Rounds = 60;
    // Compiling the way of the second scan is a cost of a worker's life, not of a scan; it is shown apart.
    private const int WarmUp = 60;

    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(SentinelHouse house, Report report, CancellationToken cancellationToken)
    {
        var repository = house.GitHub.Create(Name);
        var first = repository.Import(stream => WriteHistory(stream));
        var bytes = Enumerable.Range(0, Files).Sum(f => (long)SampleCode.File(0, f).Length);
        var probe = new ProcessorProbe(house.ProcessId);
        var idleAtFirst = await IdleAsync(probe, cancellationToken);
        var full = (await ScanAsync(house, probe, NoCommit, first, cancellationToken)).Less(idleAtFirst);
        var again = new List<Cost>();
        repository.Git("reset", "--quiet", "--hard", "main");
        var before = first;
        for (var i = 1; i <= WarmUp + Rounds; i++)
        {
            var after = repository.Commit("Change one file", ("src/17/File17.cs", SampleCode.File(i, 17)));
            again.Add(await ScanAsync(house, probe, before, after, cancellationToken));
            before = after;
        }
        // Measured where it is used: just after their start, idle workers still compile what they ran.
        var idle = await IdleAsync(probe, cancellationToken);
        var (early, late) = (again.Take(WarmUp).Select(c => c.Less(idle)).ToArray(), again.Skip(WarmUp).Select(c => c.Less(idle)).ToArray());
        report.Add(
            "Second scan after a change of one file",
            $"A repository of {Report.Number(Files)} files ({Report.Number(bytes / 1e6)} MB). Time: from a worker taking the scan to its results in the database, fetch included, median. Processor time: user and system of all workers and of their git processes, from the push until {Settle.TotalMilliseconds:0} ms after the end, less what the same workers use when idle ({Report.Milliseconds(idleAtFirst * 1000)} a second before the first scan, {Report.Milliseconds(idle * 1000)} after the last), mean. {WarmUp + Rounds} pushes that each change one file; during the first {WarmUp} the workers still compile their code.",
            ["", "time", "processor time", "of which git", "of the first scan"],
            Row("first scan", [full], full), Row($"one file changed, pushes 1 to {WarmUp}", early, full), Row("one file changed, later", late, full));
    }

    private static string[] Row(string name, Cost[] costs, Cost full)
    {
        var processor = costs.Average(c => c.Own + c.Git);
        return
        [
            name, Report.Milliseconds(Percentiles.At(costs.Select(c => c.Seconds), 0.5) * 1000), Report.Milliseconds(processor * 1000), Report.Milliseconds(costs.Average(c => c.Git) * 1000),
            Report.Percent(processor / (full.Own + full.Git)),
        ];
    }

    // Heartbeats, polls and timers: what all workers use in a second without a scan.
    private static async Task<double> IdleAsync(ProcessorProbe probe, CancellationToken cancellationToken)
    {
        var (before, started) = (probe.Read(), Stopwatch.GetTimestamp());
        await Task.Delay(IdleTime, cancellationToken);
        return (probe.Read() - before).All / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<Cost> ScanAsync(SentinelHouse house, ProcessorProbe probe, string before, string after, CancellationToken cancellationToken)
    {
        var (used, started) = (probe.Read(), Stopwatch.GetTimestamp());
        using var answer = await house.Api.SendAsync(Pushes.Create(house.GitHub.Url, Name, before, after).ToRequest(new Uri(house.Api.BaseAddress!, ApiRoutes.GitHubWebhooks)), cancellationToken);
        var requestId = answer.EnsureSuccessStatusCode().Headers.GetValues("X-Request-ID").Single();
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(10))
        {
            var scan = (await house.Api.GetFromJsonAsync<Page<ScanSummary>>($"{ApiRoutes.Scans}?limit=5", SentinelJson.Options, cancellationToken))!.Items.FirstOrDefault(s => s.RequestId == requestId);
            if (scan is { StartedAt: { } from, CompletedAt: { } to })
            {
                if (scan.Status != ScanStatus.Succeeded) throw new InvalidOperationException($"The scan ended as {scan.Status}.");
                await Task.Delay(Settle, cancellationToken);
                var spent = probe.Read() - used;
                return new Cost((to - from).TotalSeconds, spent.Own, spent.Git, Stopwatch.GetElapsedTime(started).TotalSeconds);
            }
            await Task.Delay(50, cancellationToken);
        }
        throw new TimeoutException("The scan did not end within ten minutes.");
    }

    private readonly record struct Cost(double Seconds, double Own, double Git, double Watched)
    {
        public Cost Less(double idle) => this with { Own = Own - (idle * Watched) };
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
