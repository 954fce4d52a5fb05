using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sentinel.Scanning.Reporting;

/// <summary>
/// Writes secrets as the JSON array that gitleaks writes (https://github.com/gitleaks/gitleaks#reporting), for tools that read it.
/// <c>Match</c> and <c>Secret</c> hold the masked preview and <c>Entropy</c> is 0, because raw values are not kept.
/// </summary>
public static class ReportGitleaks
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, IndentSize = 1 };

    /// <summary>Writes UTF-8 JSON. Findings that are no secrets have no place in this format and are left out.</summary>
    public static void Write(Stream output, ScanReport report)
    {
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartArray();
            foreach (var finding in report.Findings.Where(f => f.Category == FindingCategory.Secret)) Write(json, finding);
            json.WriteEndArray();
        }
        output.Write(Encoding.UTF8.GetBytes("\n"));
    }

    /// <summary>The name by which gitleaks knows a place: <c>commit:file:rule:line</c>, without the commit outside a history.</summary>
    public static string FingerprintOf(Finding finding)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"{finding.Location.Path}:{finding.RuleId}:{finding.Location.Region.StartLine}");
        return finding.Commit is { } commit ? $"{commit.Id}:{place}" : place;
    }

    private static void Write(Utf8JsonWriter json, Finding finding)
    {
        var region = finding.Location.Region;
        json.WriteStartObject();
        json.WriteString("RuleID", finding.RuleId);
        json.WriteString("Description", finding.Title);
        json.WriteNumber("StartLine", region.StartLine);
        json.WriteNumber("EndLine", region.EndLine);
        json.WriteNumber("StartColumn", region.StartColumn);
        // The last column there, the one behind it here.
        json.WriteNumber("EndColumn", Math.Max(1, region.EndColumn - 1));
        json.WriteString("Match", finding.MaskedPreview ?? "");
        json.WriteString("Secret", finding.MaskedPreview ?? "");
        json.WriteString("File", finding.Location.Path);
        json.WriteString("SymlinkFile", "");
        json.WriteString("Commit", finding.Commit?.Id ?? "");
        json.WriteNumber("Entropy", 0);
        json.WriteString("Author", finding.Commit?.Author ?? "");
        json.WriteString("Email", finding.Commit?.AuthorEmail ?? "");
        json.WriteString("Date", finding.Commit?.AuthoredAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "");
        json.WriteString("Message", finding.Commit?.Subject ?? "");
        json.WriteStartArray("Tags");
        json.WriteEndArray();
        json.WriteString("Fingerprint", FingerprintOf(finding));
        json.WriteEndObject();
    }
}
