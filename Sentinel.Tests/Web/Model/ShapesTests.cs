using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Overview;
using Sentinel.Contracts.Requests;
using Sentinel.Contracts.Scans;
using Sentinel.Web.Model;

namespace Sentinel.Tests.Web.Model;

public sealed class ShapesTests
{
    [Fact]
    public void CodeLines_Snippet_AreNumberedAndMarked()
    {
        var lines = CodeLines.From("a\r\nb\nc\n", 10, 11, 11);

        Assert.Equal([new CodeLine(10, "a", false), new CodeLine(11, "b", true), new CodeLine(12, "c", false)], lines);
        Assert.Empty(CodeLines.From("", 1, 1, 1));
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(7, 8)]
    [InlineData(41, 60)]
    [InlineData(60, 60)]
    [InlineData(1_001, 2_000)]
    public void NiceCeiling_Value_IsAtLeastIt(int value, int expected) => Assert.Equal(expected, TrendShape.NiceCeiling(value));

    [Fact]
    public void TrendShape_NothingOpen_LiesOnTheGround()
    {
        var shape = TrendShape.From([new TrendPoint(new DateOnly(2026, 1, 1), 0, 0, 0), new TrendPoint(new DateOnly(2026, 1, 2), 0, 0, 0)], TrendShape.Wide);

        Assert.All(shape.Days, d => Assert.Equal(TrendShape.LineBottom, d.Y));
        Assert.Empty(TrendShape.From([], TrendShape.Narrow).Days);
    }

    [Fact]
    public void JourneyShape_Steps_StandInsideTheLine()
    {
        var t = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var journey = new RequestJourney("r", t, null,
        [
            new JourneyStep("delivery", "api", "in", null, t, 10, false, null),
            new JourneyStep("scan", "worker", "scan", null, t.AddMilliseconds(10), 90, false, null),
            new JourneyStep("audit", "api", "early clock", null, t.AddSeconds(-1), null, false, null),
        ]);

        Assert.Equal(TimeSpan.FromMilliseconds(100), JourneyShape.Span(journey));
        Assert.All(JourneyShape.From(journey), b => Assert.InRange(b.Left + b.Width, 0, 100));
    }

    [Fact]
    public void Words_EveryCode_ReadsBack()
    {
        Assert.All(Enum.GetValues<ScanStatus>(), s => Assert.Equal(s, Words.ParseCode<ScanStatus>(Words.Code(s))));
        Assert.All(Enum.GetValues<FindingState>(), s => Assert.Equal(s, Words.ParseCode<FindingState>(Words.Code(s))));
        Assert.Null(Words.ParseCode<ScanStatus>("0"));
    }

    [Fact]
    public void DismissForm_WithExpiry_CountsFromNow()
    {
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var form = new DismissForm { Reason = DismissReason.WontFix, Justification = " old code ", ExpiresInDays = 30 };

        Assert.Equal(new DismissRequest(DismissReason.WontFix, "old code", now.AddDays(30)), form.ToRequest(now));
    }
}
