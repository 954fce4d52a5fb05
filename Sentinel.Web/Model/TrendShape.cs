using System.Globalization;
using Sentinel.Contracts.Overview;

namespace Sentinel.Web.Model;

/// <summary>One day of the trend in the chart's own units (pixels of a fixed view box).</summary>
public sealed record TrendDay(TrendPoint Point, double X, double Y, double OpenedHeight, double ClosedHeight);

/// <summary>The trend as shapes: a line for what was open, bars up for what opened and down for what closed.</summary>
public sealed record TrendShape(
    double Width, IReadOnlyList<TrendDay> Days, string Line, string Area, double Slot, int Ceiling, IReadOnlyList<int> Ticks)
{
    /// <summary>For windows wide enough to show it at its size.</summary>
    public const double Wide = 720;

    /// <summary>For phones: the same height over half the width, so that the text stays readable.</summary>
    public const double Narrow = 310;

    public const double LineTop = 10;
    public const double LineBottom = 150;
    public const double BarAxis = 190;
    public const double BarReach = 24;
    public const double Height = 218;

    public static TrendShape From(IReadOnlyList<TrendPoint> points, double width)
    {
        if (points.Count == 0)
            return new TrendShape(width, [], "", "", width, 0, []);

        var ceiling = NiceCeiling(points.Max(p => p.Open));
        var tallest = Math.Max(1, points.Max(p => Math.Max(p.Opened, p.Closed)));
        var slot = width / points.Count;
        var days = points
            .Select((p, i) => new TrendDay(
                p, slot * (i + 0.5), LineBottom - (LineBottom - LineTop) * p.Open / ceiling,
                BarReach * p.Opened / tallest, BarReach * p.Closed / tallest))
            .ToList();
        var line = string.Join(' ', days.Select((d, i) => (i == 0 ? "M" : "L") + Number(d.X) + " " + Number(d.Y)));
        var area = $"{line} L{Number(days[^1].X)} {Number(LineBottom)} L{Number(days[0].X)} {Number(LineBottom)} Z";
        return new TrendShape(width, days, line, area, slot, ceiling, [0, ceiling / 2, ceiling]);
    }

    public static double YOf(int value, int ceiling) => LineBottom - (LineBottom - LineTop) * value / ceiling;

    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>The next even 1, 2 or 5 times a power of ten, so that the half is a whole number too.</summary>
    public static int NiceCeiling(int value)
    {
        for (var power = 1; power <= 100_000_000; power *= 10)
        {
            foreach (var step in (ReadOnlySpan<int>)[2, 4, 6, 8, 10])
            {
                if (step * power >= value)
                    return step * power;
            }
        }
        return int.MaxValue - 1;
    }
}
