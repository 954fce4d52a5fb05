using System.Buffers;
using System.Globalization;

namespace Sentinel.Scanning.Reporting;

/// <summary>Writes findings as a table for spreadsheets (RFC 4180, UTF-8, one line each).</summary>
public static class ReportCsv
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    /// <summary>A heading and a line for each finding; secrets are masked already in the findings.</summary>
    public static void Write(TextWriter output, ScanReport report)
    {
        Line(output, "Severity", "Confidence", "Rule", "Title", "Path", "StartLine", "StartColumn", "EndLine", "EndColumn", "Message", "Fingerprint", "Commit", "Author", "Email", "Date", "Subject");
        foreach (var finding in report.Findings)
        {
            var region = finding.Location.Region;
            var commit = finding.Commit;
            Line(
                output, finding.Severity.ToString(), finding.Confidence.ToString(), finding.RuleId, finding.Title, finding.Location.Path,
                Number(region.StartLine), Number(region.StartColumn), Number(region.EndLine), Number(region.EndColumn), finding.Message, finding.FingerprintHash,
                commit?.Id ?? "", commit?.Author ?? "", commit?.AuthorEmail ?? "", commit?.AuthoredAt.ToString("O", CultureInfo.InvariantCulture) ?? "", commit?.Subject ?? "");
        }
    }

    private static void Line(TextWriter output, params string[] fields)
    {
        output.Write(string.Join(',', fields.Select(Field)));
        output.Write("\r\n");
    }

    private static string Field(string text)
    {
        // Outside the quotes RFC 4180 knows no control characters, and a terminal would obey them.
        text = Printable.Line(text);
        // A spreadsheet runs a cell that begins so as a formula: https://owasp.org/www-community/attacks/CSV_Injection.
        if (text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠') text = "'" + text;
        return text.AsSpan().ContainsAny(Quoted) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
