namespace Sentinel.Scanning.Baselines;

/// <summary>Splits findings into those that count and those that do not.</summary>
public static class SuppressionFilter
{
    /// <summary>The report with some of its findings among the suppressed ones.</summary>
    /// <param name="why">The reason not to count a finding, or null to count it.</param>
    public static ScanReport Apply(ScanReport report, Func<Finding, Suppression?> why)
    {
        var kept = new List<Finding>(report.Findings.Count);
        var suppressed = new List<Finding>(report.Suppressed);
        foreach (var finding in report.Findings)
        {
            if (why(finding) is { } reason) suppressed.Add(finding with { Suppression = reason });
            else kept.Add(finding);
        }
        return report with { Findings = kept, Suppressed = suppressed };
    }

    /// <summary>The report with some of its suppressed findings among those that count.</summary>
    public static ScanReport Count(ScanReport report, Func<Finding, bool> counts) => report with
    {
        Findings =
        [
            .. report.Findings.Concat(report.Suppressed.Where(counts).Select(f => f with { Suppression = null }))
                .OrderBy(f => f.Location.Path, StringComparer.Ordinal).ThenBy(f => f.Location.Region.StartLine).ThenBy(f => f.Location.Region.StartColumn),
        ],
        Suppressed = [.. report.Suppressed.Where(f => !counts(f))],
    };
}
