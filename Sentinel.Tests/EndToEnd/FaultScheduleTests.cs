namespace Sentinel.Tests.EndToEnd;

/// <summary>Whatever goes wrong between a webhook and GitHub, GitHub ends as if nothing had.</summary>
public sealed class FaultScheduleTests
{
    private const int Schedules = 100;
    private const int FaultsOfEachPart = 3;

    [Fact]
    public async Task Review_HundredRandomFaultSchedules_EndLikeTheRunWithoutFaults()
    {
        await using var bench = await FaultScheduleBench.StartAsync();
        var expected = await bench.LiveAsync("calm", new Random(0), faults: 0);
        Assert.Contains("check Sentinel of c1: completed failure", expected, StringComparison.Ordinal);
        Assert.Contains("check Sentinel of c2: completed success", expected, StringComparison.Ordinal);
        Assert.Contains("nothing that this pull request introduced is left in its code", expected, StringComparison.Ordinal);

        for (var seed = 1; seed <= Schedules; seed++)
        {
            var shown = await bench.LiveAsync($"stormy-{seed}", new Random(seed), FaultsOfEachPart);
            Assert.True(expected == shown, $"Schedule {seed} ended otherwise.\n--- without faults\n{expected}\n--- with faults\n{shown}");
        }
        // Those that nothing met prove nothing.
        Assert.InRange(bench.Faults, 3 * Schedules, int.MaxValue);
    }
}
