using System.Text;
using System.Text.Json;

namespace Sentinel.Scanning.Reporting;

/// <summary>Writes a report as one JSON object: findings, what each analyzer did, and what was not looked at.</summary>
public static class ReportJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true };

    /// <summary>Writes UTF-8 JSON; secrets are masked already in the findings.</summary>
    public static void Write(Stream output, ScanReport report)
    {
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            json.WriteBoolean("complete", report.IsComplete);
            json.WriteNumber("files", report.Files);
            json.WriteString("rulePack", report.RulePackHash);
            json.WriteStartArray("findings");
            foreach (var finding in report.Findings) Write(json, finding);
            json.WriteEndArray();
            json.WriteStartArray("analyzers");
            foreach (var run in report.Plugins)
            {
                json.WriteStartObject();
                json.WriteString("id", run.Plugin.Id);
                json.WriteString("status", run.Status.ToString());
                json.WriteNumber("files", run.Files);
                json.WriteNumber("findings", run.Findings);
                foreach (var error in run.Errors.Take(1)) json.WriteString("error", $"{error.Path}: {error.Message}");
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("skipped");
            foreach (var skipped in report.Skipped)
            {
                json.WriteStartObject();
                json.WriteString("path", skipped.Path);
                json.WriteNumber("bytes", skipped.Length);
                json.WriteString("reason", skipped.Reason);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        output.Write(Encoding.UTF8.GetBytes("\n"));
    }

    private static void Write(Utf8JsonWriter json, Finding finding)
    {
        var region = finding.Location.Region;
        json.WriteStartObject();
        json.WriteString("rule", finding.RuleId);
        json.WriteString("severity", finding.Severity.ToString());
        json.WriteString("confidence", finding.Confidence.ToString());
        json.WriteString("title", finding.Title);
        json.WriteString("message", finding.Message);
        json.WriteString("path", finding.Location.Path);
        json.WriteNumber("startLine", region.StartLine);
        json.WriteNumber("startColumn", region.StartColumn);
        json.WriteNumber("endLine", region.EndLine);
        json.WriteNumber("endColumn", region.EndColumn);
        if (finding.Cwe is { } cwe) json.WriteString("cwe", $"CWE-{cwe}");
        json.WriteString("fingerprint", finding.FingerprintHash);
        json.WriteEndObject();
    }
}
