using Sentinel.Scanning;

namespace Sentinel.Cli;

/// <summary>Says which mark binds a comment to the value that it allows.</summary>
internal static class CommentMarks
{
    private const int MaxNamed = 10;

    /// <summary>About values that came where a comment allowed another.</summary>
    public static IEnumerable<string> OfTaken(IReadOnlyList<Finding> findings)
    {
        foreach (var finding in findings.Take(MaxNamed))
            yield return $"{Place(finding)}: the comment there allowed another value before. If this one may stand there too, name it: sentinel:allow[{finding.AllowMark}].";
        if (findings.Count > MaxNamed) yield return $"{findings.Count - MaxNamed} more values came where comments allowed others.";
    }

    /// <summary>About comments that name no value; null when there is none.</summary>
    public static string? OfUnmarked(ScanReport report)
    {
        var unmarked = report.Suppressed.Where(f => f.Suppression is { IsUnmarkedComment: true }).ToArray();
        if (unmarked.Length == 0) return null;
        var named = string.Join(", ", unmarked.Take(MaxNamed).Select(f => $"sentinel:allow[{f.AllowMark}] at {Place(f)}"));
        var more = unmarked.Length > MaxNamed ? $" and {unmarked.Length - MaxNamed} more (allowMark in the JSON report)" : "";
        return $"Comments without a mark would allow whatever takes their value's place. Bind them: {named}{more}.";
    }

    private static string Place(Finding finding) => $"{finding.Location.Path}:{finding.Location.Region.StartLine}";
}
