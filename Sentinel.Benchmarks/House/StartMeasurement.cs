using Sentinel.Benchmarks.Reporting;

namespace Sentinel.Benchmarks.House;

/// <summary>How long a person waits after the command.</summary>
internal static class StartMeasurement
{
    private const int Rounds = 5;

    public static async Task RunAsync(SentinelHouse house, Report report, CancellationToken cancellationToken)
    {
        var seconds = new List<double>();
        for (var i = 0; i < Rounds; i++)
        {
            seconds.Add(await house.StartAsync(cancellationToken));
            await house.StopAsync(cancellationToken);
        }
        report.Add(
            "Start to all healthy",
            $"From the start of the app host's process to its start-up table, with an existing database: PostgreSQL, Redis protocol, migrations, API, two workers, AI service, dashboard. {Rounds} starts.",
            ["", "fastest", "median", "slowest"], [["all of Sentinel", Report.Seconds(seconds.Min()), Report.Seconds(Percentiles.At(seconds, 0.5)), Report.Seconds(seconds.Max())]]);
    }
}
