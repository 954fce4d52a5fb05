namespace Sentinel.Benchmarks.Reporting;

/// <summary>Percentiles by nearest rank.</summary>
internal static class Percentiles
{
    /// <param name="fraction">Over 0, at most 1.</param>
    public static double At(IEnumerable<double> values, double fraction)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(sorted.Length * fraction) - 1, 0, sorted.Length - 1)];
    }
}
