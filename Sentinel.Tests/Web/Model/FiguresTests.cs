using Sentinel.Web.Model;

namespace Sentinel.Tests.Web.Model;

public sealed class FiguresTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, "just now")]
    [InlineData(-50, "1 min ago")]
    [InlineData(-60 * 59.7, "1 hour ago")]
    [InlineData(-3600 * 5, "5 hours ago")]
    [InlineData(-86400 * 3, "3 days ago")]
    [InlineData(86400 * 10, "in 10 days")]
    [InlineData(-86400 * 40, "25 Mar 2026")]
    public void Ago_Distance_ReadsWell(double seconds, string expected) => Assert.Equal(expected, Figures.Ago(Now.AddSeconds(seconds), Now));

    [Fact]
    public void Utc_OtherOffset_IsTurnedIntoUtc() =>
        Assert.Equal("2026-05-04 10:00:00 UTC", Figures.Utc(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.FromHours(2))));

    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(0.4, "< 1 ms")]
    [InlineData(42.4, "42 ms")]
    [InlineData(1_240, "1.2 s")]
    [InlineData(61_000, "1 min 1 s")]
    [InlineData(7_200_000, "2 h")]
    [InlineData(90_000_000, "1 d 1 h")]
    public void Duration_Milliseconds_ReadsWell(double milliseconds, string expected) => Assert.Equal(expected, Figures.Duration(milliseconds));

    [Theory]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(48_200_311, "46 MiB")]
    public void Bytes_Size_UsesBinaryUnits(long bytes, string expected) => Assert.Equal(expected, Figures.Bytes(bytes));

    [Theory]
    [InlineData(5, 0, null)]
    [InlineData(1, 3, 33)]
    [InlineData(9, 3, 100)]
    public void Percent_OfTotal_StaysInRange(int done, int total, int? expected) => Assert.Equal(expected, Figures.Percent(done, total));

    [Fact]
    public void SearchTarget_RequestId_LeadsToItsJourney()
    {
        Assert.Equal("/requests/01993d1c-7a2b-7c3d-8e4f-5a6b7c8d9e0f", SearchTarget.For(" 01993d1c-7a2b-7c3d-8e4f-5a6b7c8d9e0f "));
        Assert.Equal("/findings?state=any&q=deploy%20key", SearchTarget.For("deploy key"));
        Assert.Equal("/findings", SearchTarget.For("  "));
    }
}
