using System.Globalization;

namespace Sentinel.Scanning.Reporting;

/// <summary>Writes a report for people.</summary>
public static class ReportTable
{
    private const string Reset = "\u001b[0m";

    /// <summary>Findings worst first, then a summary that says what was not looked at.</summary>
    /// <param name="color">Whether the reader is a terminal that shows colours.</param>
    public static void Write(TextWriter output, ScanReport report, bool color)
    {
        foreach (var finding in report.Findings.OrderByDescending(f => f.Severity).ThenByDescending(f => f.Confidence))
        {
            var region = finding.Location.Region;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Paint(finding.Severity, color)}  {Printable(finding.Location.Path)}:{region.StartLine}:{region.StartColumn}  {finding.RuleId}"));
            output.WriteLine($"          {Printable(finding.Message)}");
        }
        if (report.Findings.Count > 0) output.WriteLine();

        var counts = Enum.GetValues<Severity>().Reverse().Select(s => (Severity: s, Count: report.Findings.Count(f => f.Severity == s))).Where(c => c.Count > 0);
        output.WriteLine(report.Findings.Count == 0
            ? $"No findings in {report.Files} files."
            : $"{report.Findings.Count} findings in {report.Files} files: {string.Join(", ", counts.Select(c => $"{c.Count} {c.Severity.ToString().ToLowerInvariant()}"))}.");
        foreach (var group in report.Skipped.GroupBy(s => s.Reason, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
            output.WriteLine($"Not analysed: {group.Count()} ({group.Key}), for instance {Printable(group.First().Path)}");
        foreach (var error in report.Plugins.SelectMany(p => p.Errors.Select(e => (p.Plugin.Id, Error: e))).Take(10))
            output.WriteLine($"Not analysed by {error.Id}: {Printable(error.Error.Path)}: {error.Error.Message}");
        if (!report.IsComplete) output.WriteLine("The scan is incomplete: what is listed above was not looked at.");
    }

    private static string Paint(Severity severity, bool color)
    {
        var name = severity.ToString().PadRight(8);
        var code = severity switch { Severity.Critical => "1;31", Severity.High => "31", Severity.Medium => "33", Severity.Low => "36", _ => "37" };
        return color ? $"\u001b[{code}m{name}{Reset}" : name;
    }

    // A path may hold line breaks or terminal commands.
    private static string Printable(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? $"\\x{(int)c:x2}" : c.ToString())) : text;
}
