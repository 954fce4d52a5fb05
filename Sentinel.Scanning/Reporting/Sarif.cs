using System.Globalization;
using System.Text;
using System.Text.Json;
using Sentinel.Scanning.Fixes;

namespace Sentinel.Scanning.Reporting;

/// <summary>
/// Writes SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html) in the form that GitHub code scanning reads:
/// https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning.
/// </summary>
public static class Sarif
{
    private const string Schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

    /// <summary>Name of the tool.</summary>
    internal const string Tool = "Sentinel";

    /// <summary>Name of the fingerprint; its number is raised when the way fingerprints are made changes, as the standard asks.</summary>
    internal const string FingerprintName = "sentinel/v1";

    // A value that stood in a file for years has a place in each version of it.
    private const int MaxRelated = 100;

    private static readonly JsonWriterOptions Options = new() { Indented = true };

    /// <summary>Writes UTF-8 JSON; secrets are masked already in the findings.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="report">One scan.</param>
    /// <param name="toolVersion">Version of the tool, for instance <c>0.1.0</c>.</param>
    public static void Write(Stream output, ScanReport report, string toolVersion) => Write(output, report, new ReportContext { ToolVersion = toolVersion });

    /// <summary>Writes UTF-8 JSON; secrets are masked already in the findings. In a history each value is one result with all its places.</summary>
    public static void Write(Stream output, ScanReport report, ReportContext context)
    {
        var results = context.History is null ? [.. report.Findings.Select(f => new Incident([f]))] : Incident.Of(report.Findings);
        var rules = results.Select(r => r.First.RuleId).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", Schema);
            json.WriteString("version", "2.1.0");
            json.WriteStartArray("runs");
            json.WriteStartObject();
            WriteTool(json, rules, context);
            if (context.Category is { } category)
            {
                json.WriteStartObject("automationDetails");
                json.WriteString("id", $"{category}/");
                json.WriteEndObject();
            }
            WriteInvocation(json, report, context);
            json.WriteString("columnKind", "utf16CodeUnits");
            json.WriteStartArray("results");
            var equals = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var result in results)
            {
                var ordinal = equals[result.First.FingerprintHash] = equals.GetValueOrDefault(result.First.FingerprintHash) + 1;
                WriteResult(json, result, Array.BinarySearch(rules, result.First.RuleId, StringComparer.Ordinal), ordinal);
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        output.Write(Encoding.UTF8.GetBytes("\n"));
    }

    private static void WriteTool(Utf8JsonWriter json, string[] rules, ReportContext context)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", Tool);
        json.WriteString("semanticVersion", context.ToolVersion);
        json.WriteStartArray("rules");
        foreach (var id in rules)
        {
            var rule = context.Rule(id);
            json.WriteStartObject();
            json.WriteString("id", id);
            if (rule is not null)
            {
                WriteText(json, "shortDescription", rule.Title);
                WriteText(json, "fullDescription", rule.Description);
                json.WriteStartObject("help");
                json.WriteString("text", rule.Remediation);
                json.WriteString("markdown", $"{rule.Remediation}\n\n{string.Join('\n', rule.References.Select(r => $"- <{r}>"))}");
                json.WriteEndObject();
                if (rule.References is [var page, ..]) json.WriteString("helpUri", page);
                json.WriteStartObject("defaultConfiguration");
                json.WriteString("level", Level(rule.Severity));
                json.WriteEndObject();
                json.WriteStartObject("properties");
                json.WriteString("security-severity", Score(rule.Severity).ToString("0.0", CultureInfo.InvariantCulture));
                json.WriteString("precision", rule.Confidence switch { Confidence.High => "high", Confidence.Medium => "medium", _ => "low" });
                json.WriteStartArray("tags");
                json.WriteStringValue("security");
                if (rule.Cwe is { } cwe) json.WriteStringValue($"external/cwe/cwe-{cwe:000}");
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // What could not be looked at is part of the result: a consumer must be able to tell "clean" from "not seen".
    private static void WriteInvocation(Utf8JsonWriter json, ScanReport report, ReportContext context)
    {
        json.WriteStartArray("invocations");
        json.WriteStartObject();
        json.WriteBoolean("executionSuccessful", report.IsComplete);
        json.WriteStartArray("toolExecutionNotifications");
        foreach (var note in context.Notes)
        {
            json.WriteStartObject();
            json.WriteString("level", "warning");
            WriteText(json, "message", note);
            json.WriteEndObject();
        }
        foreach (var (path, text) in report.Skipped.Select(s => (s.Path, $"not analysed: {s.Reason}"))
            .Concat(report.Plugins.SelectMany(p => p.Errors.Select(e => (e.Path, $"{p.Plugin.Id}: {e.Message}")))))
        {
            json.WriteStartObject();
            json.WriteString("level", "note");
            WriteText(json, "message", text);
            json.WriteStartArray("locations");
            json.WriteStartObject();
            json.WriteStartObject("physicalLocation");
            WriteArtifact(json, path);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    // GitHub knows an alert by a fingerprint of this name alone: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning#preventing-duplicate-alerts-using-fingerprints.
    private static void WriteResult(Utf8JsonWriter json, Incident incident, int ruleIndex, int ordinal)
    {
        var finding = incident.First;
        json.WriteStartObject();
        json.WriteString("ruleId", finding.RuleId);
        json.WriteNumber("ruleIndex", ruleIndex);
        json.WriteString("level", Level(finding.Severity));
        WriteText(json, "message", finding.Message);
        json.WriteStartArray("locations");
        WriteLocation(json, finding, null);
        json.WriteEndArray();
        if (incident.Places.Count > 1)
        {
            json.WriteStartArray("relatedLocations");
            foreach (var place in incident.Places.Skip(1).Take(MaxRelated))
                WriteLocation(json, place, place.Commit is { } at ? $"also here, in commit {at.Id}" : "also here");
            json.WriteEndArray();
        }
        json.WriteStartObject("partialFingerprints");
        json.WriteString(FingerprintName, finding.FingerprintHash);
        json.WriteString("primaryLocationLineHash", string.Create(CultureInfo.InvariantCulture, $"{finding.FingerprintHash[..16]}:{ordinal}"));
        json.WriteEndObject();
        if (finding is { Fix: { } fix, Commit: null }) WriteFix(json, finding.Location.Path, fix);
        if (finding.Commit is { } commit)
        {
            json.WriteStartObject("properties");
            json.WriteString("commit", commit.Id);
            json.WriteString("author", commit.Author);
            json.WriteString("email", commit.AuthorEmail);
            json.WriteString("date", commit.AuthoredAt);
            json.WriteNumber("places", incident.Places.Count);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    // SARIF 2.1.0, 3.55 to 3.57: a region without an end column ends with its line, before the line break.
    private static void WriteFix(Utf8JsonWriter json, string path, FileFix fix)
    {
        json.WriteStartArray("fixes");
        json.WriteStartObject();
        WriteText(json, "description", fix.Summary);
        json.WriteStartArray("artifactChanges");
        json.WriteStartObject();
        WriteArtifact(json, path);
        json.WriteStartArray("replacements");
        json.WriteStartObject();
        json.WriteStartObject("deletedRegion");
        json.WriteNumber("startLine", fix.StartLine);
        json.WriteNumber("startColumn", 1);
        json.WriteNumber("endLine", fix.Replacement is null ? fix.EndLine + 1 : fix.EndLine);
        if (fix.Replacement is null) json.WriteNumber("endColumn", 1);
        json.WriteEndObject();
        if (fix.Replacement is { } text) WriteText(json, "insertedContent", text);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteLocation(Utf8JsonWriter json, Finding finding, string? message)
    {
        var region = finding.Location.Region;
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        WriteArtifact(json, finding.Location.Path);
        json.WriteStartObject("region");
        json.WriteNumber("startLine", region.StartLine);
        json.WriteNumber("startColumn", region.StartColumn);
        json.WriteNumber("endLine", region.EndLine);
        json.WriteNumber("endColumn", region.EndColumn);
        json.WriteEndObject();
        json.WriteEndObject();
        if (message is not null) WriteText(json, "message", message);
        json.WriteEndObject();
    }

    private static void WriteArtifact(Utf8JsonWriter json, string path)
    {
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", string.Join('/', path.Split('/').Select(Uri.EscapeDataString)));
        json.WriteString("uriBaseId", "%SRCROOT%");
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    private static string Level(Severity severity) => severity switch
    {
        Severity.Critical or Severity.High => "error",
        Severity.Medium => "warning",
        _ => "note",
    };

    // The middles of the bands by which GitHub names severities: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning#reportingdescriptor-object.
    private static double Score(Severity severity) => severity switch
    {
        Severity.Critical => 9.5,
        Severity.High => 8.0,
        Severity.Medium => 5.5,
        Severity.Low => 2.0,
        _ => 0.0,
    };
}
