using System.Text;
using System.Text.Json;

namespace Sentinel.Scanning.Reporting;

/// <summary>Writes a report as one JSON object: findings, what each analyzer did, and what was not looked at.</summary>
public static class ReportJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true };

    /// <summary>Writes UTF-8 JSON; secrets are masked already in the findings.</summary>
    public static void Write(Stream output, ScanReport report) => Write(output, report, new ReportContext());

    /// <summary>Writes UTF-8 JSON; secrets are masked already in the findings.</summary>
    public static void Write(Stream output, ScanReport report, ReportContext context)
    {
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            json.WriteBoolean("complete", report.IsComplete);
            json.WriteNumber("files", report.Files);
            json.WriteString("rulePack", report.RulePackHash);
            // Not "fingerprintKey": Fingerprint is a vendor, and a report that is kept in a repository is scanned too.
            if (context.KeyId is { } key) json.WriteString("keyId", key);
            if (context.History is { } history) Write(json, history, report);
            json.WriteStartArray("findings");
            foreach (var finding in report.Findings) Write(json, finding);
            json.WriteEndArray();
            json.WriteStartArray("suppressed");
            foreach (var finding in report.Suppressed) Write(json, finding);
            json.WriteEndArray();
            WriteAnalyzers(json, report);
            WriteSkipped(json, report);
            json.WriteStartArray("notes");
            foreach (var note in context.Notes) json.WriteStringValue(note);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        output.Write(Encoding.UTF8.GetBytes("\n"));
    }

    private static void Write(Utf8JsonWriter json, HistorySummary history, ScanReport report)
    {
        json.WriteStartObject("history");
        json.WriteString("range", history.Range);
        json.WriteNumber("commits", history.Commits);
        json.WriteNumber("contents", history.Contents);
        json.WriteBoolean("shallow", history.IsShallow);
        json.WriteBoolean("partial", history.IsPartial);
        json.WriteEndObject();
        json.WriteStartArray("incidents");
        foreach (var incident in Incident.Of(report.Findings))
        {
            json.WriteStartObject();
            json.WriteString("fingerprint", incident.First.FingerprintHash);
            json.WriteString("rule", incident.First.RuleId);
            json.WriteString("severity", incident.First.Severity.ToString());
            if (incident.First.MaskedPreview is { } preview) json.WriteString("preview", preview);
            json.WriteNumber("commits", incident.Commits);
            json.WriteStartArray("places");
            foreach (var place in incident.Places)
            {
                json.WriteStartObject();
                json.WriteString("path", place.Location.Path);
                json.WriteNumber("line", place.Location.Region.StartLine);
                if (place.Commit is { } commit) json.WriteString("commit", commit.Id);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
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
        if (finding.AllowMark is { } mark) json.WriteString("allowMark", mark);
        if (finding.Commit is { } commit)
        {
            json.WriteString("blob", finding.BlobId);
            json.WriteStartObject("commit");
            json.WriteString("id", commit.Id);
            json.WriteString("author", commit.Author);
            json.WriteString("email", commit.AuthorEmail);
            json.WriteString("date", commit.AuthoredAt);
            json.WriteString("committed", commit.CommittedAt);
            json.WriteString("subject", commit.Subject);
            json.WriteEndObject();
        }
        // What stands in the past nobody can change.
        if (finding is { Fix: { } fix, Commit: null })
        {
            json.WriteStartObject("fix");
            json.WriteNumber("startLine", fix.StartLine);
            json.WriteNumber("endLine", fix.EndLine);
            json.WriteString("replacement", fix.Replacement);
            json.WriteString("summary", fix.Summary);
            json.WriteString("provedBy", fix.ProvedBy);
            json.WriteEndObject();
        }
        if (finding.Suppression is { } suppression)
        {
            json.WriteStartObject("suppression");
            json.WriteString("source", suppression.Source);
            json.WriteString("reason", suppression.Reason);
            if (suppression.Mark is { } allowed) json.WriteString("mark", allowed);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteAnalyzers(Utf8JsonWriter json, ScanReport report)
    {
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
    }

    private static void WriteSkipped(Utf8JsonWriter json, ScanReport report)
    {
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
    }
}
