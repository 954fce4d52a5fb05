using CsCheck;
using Sentinel.Api.Sweeps;

namespace Sentinel.Tests.Api.Sweeps;

public sealed class RedeliveryPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);
    private static readonly HashSet<string> None = [];

    [Fact]
    public void Of_FailuresInAnyOrder_AsksForTheNewestTryInTheOrderOfTheEvents()
    {
        LoggedDelivery[] log = [Try(5, "b", 10), Try(2, "b", 40), Try(3, "a", 30), Try(1, "c", 50, status: 202), Try(4, "c", 20)];

        Assert.Equal([5, 3], RedeliveryPlan.Of(log, None, Now).Again);
    }

    [Fact]
    public void Of_TakenThoughTheAnswerWasLost_IsNotAskedFor() => Assert.Empty(RedeliveryPlan.Of([Try(1, "a", 10)], new HashSet<string> { "a" }, Now).Again);

    [Theory]
    [InlineData(1, 0.9, false)]
    [InlineData(1, 1, true)]
    [InlineData(4, 7.9, false)]
    [InlineData(4, 8, true)]
    public void Of_AfterEachTry_WaitsTwiceAsLong(int tries, double minutesSinceLast, bool asked)
    {
        var log = Enumerable.Range(1, tries).Select(i => Try(i, "a", minutesSinceLast + (tries - i)));

        Assert.Equal(asked ? [tries] : [], RedeliveryPlan.Of(log, None, Now).Again);
    }

    [Fact]
    public void Of_TooOftenOrTooOld_IsGivenUp()
    {
        var often = Enumerable.Range(1, RedeliveryPlan.MaxTries).Select(i => Try(i, "often", 2000 - i));

        var plan = RedeliveryPlan.Of([.. often, Try(99, "old", (3 * 24 * 60) + 1)], None, Now);

        Assert.Equal((0, 2), (plan.Again.Count, plan.GivenUp));
    }

    [Fact]
    public void Of_AnyLog_NeverAsksForWhatArrivedNorTwice() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 6000], Gen.Bool).Select((e, minutes, ok) => (Event: e, Minutes: minutes, Ok: ok)).Array[0, 40].Sample(tries =>
        {
            var log = tries.Select((t, i) => Try(i, $"e{t.Event}", t.Minutes, t.Ok ? 202 : 503)).ToArray();

            var plan = RedeliveryPlan.Of(log, new HashSet<string> { "e0" }, Now);

            var asked = plan.Again.Select(id => log[id].Guid).ToArray();
            Assert.Equal(asked.Distinct(), asked);
            Assert.DoesNotContain("e0", asked);
            Assert.All(asked, guid => Assert.DoesNotContain(log, d => d.Guid == guid && d.IsTaken));
        });

    private static LoggedDelivery Try(long id, string guid, double minutesAgo, int status = 502) => new(id, guid, Now.AddMinutes(-minutesAgo), status, "push");
}
