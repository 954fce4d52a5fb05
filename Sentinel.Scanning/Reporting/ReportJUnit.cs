using System.Globalization;

namespace Sentinel.Scanning.Reporting;

/// <summary>Writes findings as failed tests, the form in which most CI servers show results: https://github.com/testmoapp/junitxml.</summary>
public static class ReportJUnit
{
    /// <summary>One test suite, one failed test for each finding; what the scan could not look at is an error of the suite.</summary>
    public static void Write(TextWriter output, ScanReport report)
    {
        var errors = report.IsComplete ? 0 : 1;
        var counts = string.Create(CultureInfo.InvariantCulture, $"tests=\"{report.Findings.Count + errors}\" failures=\"{report.Findings.Count}\" errors=\"{errors}\"");
        output.Write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        output.Write($"<testsuites name=\"sentinel\" {counts}>\n  <testsuite name=\"sentinel\" {counts}>\n");
        foreach (var finding in report.Findings) Write(output, finding);
        if (errors > 0)
            output.Write("    <testcase classname=\"sentinel\" name=\"complete\">\n      <error message=\"The scan is incomplete, so it cannot be called clean.\" type=\"incomplete\"/>\n    </testcase>\n");
        output.Write("  </testsuite>\n</testsuites>\n");
    }

    private static void Write(TextWriter output, Finding finding)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"{finding.Location.Path}:{finding.Location.Region.StartLine}:{finding.Location.Region.StartColumn}");
        var commit = finding.Commit is { } c ? string.Create(CultureInfo.InvariantCulture, $"\nCommit {c.Id} of {c.AuthoredAt:O} by {c.Author} <{c.AuthorEmail}>") : "";
        output.Write($"    <testcase classname=\"{Printable.Xml(finding.RuleId)}\" name=\"{Printable.Xml(place + (finding.Commit is { } id ? $" at {id.Id[..12]}" : ""))}\" file=\"{Printable.Xml(finding.Location.Path)}\">\n");
        output.Write($"      <failure message=\"{Printable.Xml(finding.Message)}\" type=\"{finding.Severity.ToString().ToLowerInvariant()}\">");
        output.Write(Printable.Xml($"{finding.Title}\n{place}{commit}\nFingerprint {finding.FingerprintHash}"));
        output.Write("</failure>\n    </testcase>\n");
    }
}
