using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using NJsonSchema;
using Sentinel.Scanning;
using Sentinel.Scanning.Reporting;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Scanning.Reporting;

/// <summary>Hostile paths, names and messages stay data in every format.</summary>
public sealed class ReportFormatsTests
{
    private static readonly string Fingerprint = new('f', 64);

    private static readonly CommitInfo Commit = new(
        new string('a', 40), "=cmd|' /C calc'!A0", "a@acme.example", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1), "Add \"it\", now\u0000]]>");

    private static readonly ReportContext History = new() { History = new HistorySummary("all refs", 2, 3, false, false), Notes = ["A note"] };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Csv_FormulasQuotesAndBreaks_AreHarmless()
    {
        var csv = Text(w => ReportCsv.Write(w, Report(Finding("@SUM(A1),\"x\"\r\ny", Commit))));

        Assert.Equal(
            $"High,Low,test-rule,Title,\"'@SUM(A1),\"\"x\"\"\\x0d\\x0ay\",1,2,3,4,Message & <it>,{Fingerprint},"
            + $"{new string('a', 40)},'=cmd|' /C calc'!A0,a@acme.example,1970-01-01T00:00:00.0000000+00:00,\"Add \"\"it\"\", now\\x00]]>\"\r\n",
            csv[(csv.IndexOf("\r\n", StringComparison.Ordinal) + 2)..]);
    }

    [Theory]
    [InlineData("a<b>&\"'.ini")]
    [InlineData("\u0001\u001b[31m\uFFFF\u202E.ini")]
    [InlineData("]]>\uD800.ini")]
    public void JUnit_AnyPath_IsWellFormedXml(string path)
    {
        var xml = XDocument.Parse(Text(w => ReportJUnit.Write(w, Report(Finding(path, Commit)) with { IsComplete = false })));

        Assert.Equal(("2", "1", "1"), (xml.Root!.Attribute("tests")?.Value, xml.Root.Attribute("failures")?.Value, xml.Root.Attribute("errors")?.Value));
        Assert.Equal("Message & <it>", xml.Descendants("failure").Single().Attribute("message")?.Value);
    }

    [Fact]
    public void JUnit_NothingFound_IsAnEmptySuite() =>
        Assert.Equal("0", XDocument.Parse(Text(w => ReportJUnit.Write(w, Report()))).Root!.Attribute("tests")?.Value);

    [Fact]
    public void Gitleaks_Secrets_HaveTheFieldsOfGitleaks()
    {
        using var stream = new MemoryStream();
        ReportGitleaks.Write(stream, Report(Finding("a.ini", Commit), Finding("b.ini", null) with { Category = FindingCategory.Workflow }));
        using var json = JsonDocument.Parse(stream.ToArray());

        var finding = json.RootElement.EnumerateArray().Single();
        Assert.Equal(
            ["RuleID", "Description", "StartLine", "EndLine", "StartColumn", "EndColumn", "Match", "Secret", "File", "SymlinkFile", "Commit", "Entropy", "Author", "Email", "Date", "Message", "Tags", "Fingerprint"],
            finding.EnumerateObject().Select(p => p.Name));
        Assert.Equal(
            ("1970-01-01T00:00:00Z", $"{new string('a', 40)}:a.ini:test-rule:1", "ab****"),
            (finding.GetProperty("Date").GetString(), finding.GetProperty("Fingerprint").GetString(), finding.GetProperty("Secret").GetString()));
    }

    [Fact]
    public async Task Sarif_History_IsValidWithOneResultForEachValue()
    {
        using var stream = new MemoryStream();
        Sarif.Write(stream, Report(Finding("b.ini", Commit with { CommittedAt = DateTimeOffset.UnixEpoch.AddDays(9) }), Finding("a.ini", Commit)), History);
        var text = Encoding.UTF8.GetString(stream.ToArray());

        var schema = await JsonSchema.FromJsonAsync(await File.ReadAllTextAsync(SharedFiles.Require("schemas", "sarif", "sarif-schema-2.1.0.oasis.json"), Cancellation), Cancellation);
        Assert.Empty(schema.Validate(text));
        using var json = JsonDocument.Parse(text);
        var result = json.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray().Single();
        Assert.Equal("a.ini", UriOf(result.GetProperty("locations")[0]));
        Assert.Equal("b.ini", UriOf(result.GetProperty("relatedLocations")[0]));
        Assert.Contains("A note", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Redaction_Report_LosesPreviewsAndCode()
    {
        var finding = Finding("a.ini", null) with { Message = "Title ab**** stands in the code.", Snippet = "x = 1" };
        var report = Redaction.Of(Report(finding) with { Suppressed = [finding] });

        foreach (var redacted in report.Findings.Concat(report.Suppressed))
            Assert.Equal(("REDACTED", "Title stands in the code.", ""), (redacted.MaskedPreview, redacted.Message, redacted.Snippet));
    }

    [Fact]
    public void Incidents_OneValueUnderTwoRules_IsOne()
    {
        var incidents = Incident.Of([Finding("a.ini", null), Finding("b.ini", null) with { RuleId = "other" }, Finding("c.yml", null) with { Category = FindingCategory.Workflow }]);

        Assert.Equal([2, 1], incidents.Select(i => i.Places.Count));
    }

    private static string? UriOf(JsonElement location) => location.GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri").GetString();

    private static string Text(Action<TextWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new StreamWriter(stream)) write(writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static Finding Finding(string path, CommitInfo? commit) => new()
    {
        RuleId = "test-rule",
        AnalyzerId = "test/bad",
        Category = FindingCategory.Secret,
        Severity = Severity.High,
        Confidence = Confidence.Low,
        Title = "Title",
        Message = "Message & <it>",
        Location = new Location(path, new Region(1, 2, 3, 4)),
        FingerprintHash = Fingerprint,
        MaskedPreview = "ab****",
        Commit = commit,
    };

    private static ScanReport Report(params Finding[] findings) => new()
    {
        Findings = findings,
        Plugins = [],
        Skipped = [],
        Covered = new Dictionary<string, IReadOnlySet<string>>(),
        Files = 1,
        BytesRead = 1,
        CacheHits = 0,
        RulePackHash = "0",
        IsComplete = true,
    };
}
