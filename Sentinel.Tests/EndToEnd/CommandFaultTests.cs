namespace Sentinel.Tests.EndToEnd;

/// <summary>Whatever goes wrong while people talk to Sentinel, each command is done once and answered once.</summary>
public sealed class CommandFaultTests
{
    private const int Schedules = 40;
    private const int FaultsOfEachPart = 4;

    [Fact]
    public async Task Commands_RandomFaultSchedules_EndLikeTheRunWithoutFaults()
    {
        await using var bench = await FaultScheduleBench.StartAsync();
        var expected = await bench.TalkAsync("calm", new Random(0), faults: 0);
        Assert.Equal(
            ["+1", "+1", "+1", "+1", "-1", "eyes"],
            System.Text.RegularExpressions.Regex.Matches(expected, @"sentinel-test\[bot\]:([-+a-z1]+)").Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));
        Assert.Equal(6, expected.Split("<!-- sentinel:reply:").Length - 1);
        Assert.Contains("settings.ini:-2 resolved by sentinel-test[bot]", expected, StringComparison.Ordinal);

        for (var seed = 1; seed <= Schedules; seed++)
        {
            var shown = await bench.TalkAsync($"stormy-{seed}", new Random(seed), FaultsOfEachPart);
            Assert.True(expected == shown, $"Schedule {seed} ended otherwise.\n--- without faults\n{expected}\n--- with faults\n{shown}");
        }
        // Those that nothing met prove nothing.
        Assert.InRange(bench.Faults, 3 * Schedules, int.MaxValue);
    }
}
