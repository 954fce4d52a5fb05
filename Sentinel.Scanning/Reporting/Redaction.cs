namespace Sentinel.Scanning.Reporting;

/// <summary>Takes out even the few characters by which a secret can be recognised.</summary>
public static class Redaction
{
    private const string Redacted = "REDACTED";

    /// <summary>The report without previews and code.</summary>
    public static ScanReport Of(ScanReport report) =>
        report with { Findings = [.. report.Findings.Select(Of)], Suppressed = [.. report.Suppressed.Select(Of)] };

    private static Finding Of(Finding finding) => finding.MaskedPreview is { Length: > 0 } preview
        ? finding with { MaskedPreview = Redacted, Message = finding.Category == FindingCategory.Secret ? $"{finding.Title} stands in the code." : finding.Message.Replace(preview, Redacted, StringComparison.Ordinal), Snippet = "" }
        : finding with { Snippet = "" };
}
