using Sentinel.Benchmarks.House;
using Sentinel.Benchmarks.Reporting;
using Sentinel.Benchmarks.Scanning;
using Sentinel.Scanning.Secrets;

namespace Sentinel.Benchmarks;

/// <summary>The measurements in their order.</summary>
internal static class Measurements
{
    private static readonly string[] OfTheHouse = ["start", "push", "rescan", "webhooks"];

    /// <param name="only">Names of measurements; empty means all.</param>
    /// <param name="trees">Source trees that are scanned for secrets; none: that measurement is left out.</param>
    /// <param name="repositories">Git repositories whose whole history is scanned with the trees; may be empty.</param>
    /// <param name="output">File that the report is also written to; null for none.</param>
    /// <returns>1 when a measurement failed; the others' figures are reported all the same.</returns>
    public static async Task<int> RunAsync(string[] only, IReadOnlyList<string> trees, IReadOnlyList<string> repositories, string? output, CancellationToken cancellationToken)
    {
        var report = new Report();
        var failed = false;
        bool Wanted(string name) => only.Length == 0 || only.Contains(name);
        async Task MeasureAsync(string name, Func<Task> measurement)
        {
            if (!Wanted(name)) return;
            try
            {
                await measurement();
            }
            catch (Exception ex) when (ex is not OperationCanceledException)
            {
                failed = true;
                await Console.Error.WriteLineAsync($"{name} could not be measured: {ex}");
            }
        }

        await Build.ReleaseAsync(cancellationToken);
        if (OfTheHouse.Any(Wanted))
        {
            await using var house = await SentinelHouse.PrepareAsync(cancellationToken);
            await MeasureAsync("start", () => StartMeasurement.RunAsync(house, report, cancellationToken));
            await house.StartAsync(cancellationToken);
            var idle = MemoryProbe.Read(house.ProcessId);
            await MeasureAsync("push", () => PushMeasurement.RunAsync(house, report, cancellationToken));
            await MeasureAsync("rescan", () => RescanMeasurement.RunAsync(house, report, cancellationToken));
            await MeasureAsync("webhooks", () => WebhookMeasurement.RunAsync(house, report, idle, cancellationToken));
        }
        await MeasureAsync("scan", () => ScanMeasurement.RunAsync(report, cancellationToken));

        if (trees.Count > 0) await MeasureAsync("secrets", () => SecretSpeedMeasurement.RunAsync(trees, repositories, report, cancellationToken));
        await MeasureAsync("detection", () =>
        {
            DetectionMeasurement.Run(report, SecretRuleSet.BuiltIn, details: null);
            return Task.CompletedTask;
        });

        Console.WriteLine(report.ToMarkdown());
        if (output is not null) await File.WriteAllTextAsync(output, report.ToMarkdown(), cancellationToken);
        return failed ? 1 : 0;
    }
}
