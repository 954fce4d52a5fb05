using Sentinel.Scanning;
using FindingEntity = Sentinel.Data.Findings.Finding;

namespace Sentinel.Worker.Findings;

/// <summary>A finding of the database in the scanner's terms.</summary>
internal static class StoredFinding
{
    /// <param name="reporter">Who is said to report it.</param>
    /// <param name="location">Where it stands in the commit that matters.</param>
    public static Finding Of(FindingEntity finding, string reporter, Location location) => new()
    {
        RuleId = finding.RuleId,
        AnalyzerId = reporter,
        Category = Enum.Parse<FindingCategory>(finding.Category.ToString()),
        Severity = Enum.Parse<Severity>(finding.Severity.ToString()),
        Confidence = Enum.Parse<Confidence>(finding.Confidence.ToString()),
        Cwe = finding.Cwe,
        Title = finding.Title,
        Message = finding.Message,
        Location = location,
        FingerprintHash = finding.Fingerprint,
        MaskedPreview = finding.MaskedPreview,
        Snippet = finding.Snippet,
        SnippetStartLine = finding.SnippetStartLine,
    };
}
