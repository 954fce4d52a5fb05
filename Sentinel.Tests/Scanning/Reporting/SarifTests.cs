using System.Text;
using System.Text.Json;
using NJsonSchema;
using Sentinel.Scanning;
using Sentinel.Scanning.Reporting;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Scanning.Reporting;

public sealed class SarifTests
{
    [Fact]
    public async Task Write_EveryRuleAndEveryGap_IsValidAgainstTheStandardsSchema()
    {
        var schema = await JsonSchema.FromJsonAsync(
            await File.ReadAllTextAsync(SharedFiles.Require("schemas", "sarif", "sarif-schema-2.1.0.oasis.json"), TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);

        var sarif = await WriteAsync();

        Assert.Empty(schema.Validate(sarif).Select(e => e.ToString()));
    }

    [Fact]
    public async Task Write_Result_NamesRulePlaceAndFingerprint()
    {
        using var sarif = JsonDocument.Parse(await WriteAsync());

        var run = sarif.RootElement.GetProperty("runs")[0];
        var result = run.GetProperty("results").EnumerateArray().First(r => r.GetProperty("ruleId").GetString() == "github-pat");
        var rule = run.GetProperty("tool").GetProperty("driver").GetProperty("rules")[result.GetProperty("ruleIndex").GetInt32()];
        Assert.Equal("github-pat", rule.GetProperty("id").GetString());
        Assert.Equal("9.5", rule.GetProperty("properties").GetProperty("security-severity").GetString());
        Assert.Equal("error", result.GetProperty("level").GetString());
        var place = result.GetProperty("locations")[0].GetProperty("physicalLocation");
        Assert.Equal("a%20b/%23%0A.txt", place.GetProperty("artifactLocation").GetProperty("uri").GetString());
        Assert.Equal(1, place.GetProperty("region").GetProperty("startLine").GetInt32());
        Assert.Equal(64, result.GetProperty("partialFingerprints").GetProperty("sentinel/v1").GetString()!.Length);
        Assert.False(run.GetProperty("invocations")[0].GetProperty("executionSuccessful").GetBoolean());
    }

    [Theory]
    [InlineData("RUN npm config set strict-ssl false\nUSER app\n", "RUN npm config set strict-ssl true", 2, null, null)]
    [InlineData("EXPOSE 22\nUSER app\n", null, 3, 1, 3)]
    public async Task Write_ProvedFix_IsAReplacementOfWholeLines(string instructions, string? inserted, int endLine, int? endColumn, int? deletedTo)
    {
        var report = await new ScanEngine(ScannerRegistration.Analyzers).ScanAsync(
            new MemorySource().With("Dockerfile", $"FROM debian:12@sha256:{new string('a', 64)}\n{instructions}"), NoAnalysisCache.Instance,
            new ScanOptions { FingerprintKey = new byte[32] }, progress: null, TestContext.Current.CancellationToken);
        using var output = new MemoryStream();
        Sarif.Write(output, report, "1.2.3");
        using var sarif = JsonDocument.Parse(output.ToArray());

        var fix = Assert.Single(sarif.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray()).GetProperty("fixes")[0];
        var change = fix.GetProperty("artifactChanges")[0];
        Assert.Equal("Dockerfile", change.GetProperty("artifactLocation").GetProperty("uri").GetString());
        var replacement = change.GetProperty("replacements")[0];
        var region = replacement.GetProperty("deletedRegion");
        Assert.Equal((2, 1, endLine), (region.GetProperty("startLine").GetInt32(), region.GetProperty("startColumn").GetInt32(), region.GetProperty("endLine").GetInt32()));
        Assert.Equal(endColumn, region.TryGetProperty("endColumn", out var column) ? column.GetInt32() : null);
        Assert.Equal(inserted, replacement.TryGetProperty("insertedContent", out var content) ? content.GetProperty("text").GetString() : null);
        Assert.Equal(deletedTo is null, inserted is not null);

        using var table = new StringWriter();
        using var json = new MemoryStream();
        ReportTable.Write(table, report, color: false);
        ReportJson.Write(json, report);
        Assert.Contains("proved fix: ", table.ToString(), StringComparison.Ordinal);
        using var read = JsonDocument.Parse(json.ToArray());
        Assert.Equal(inserted, read.RootElement.GetProperty("findings")[0].GetProperty("fix").GetProperty("replacement").GetString());
    }

    [Fact]
    public async Task Write_AnyFormat_HoldsNoSecret()
    {
        var report = await ScanAsync();
        var secret = SampleExpander.Expand(RuleCatalog.Find("github-pat")!.Examples[0], "github-pat").Split('=')[1];
        using var json = new MemoryStream();
        using var table = new StringWriter();

        ReportJson.Write(json, report);
        ReportTable.Write(table, report, color: true);

        var all = await WriteAsync() + Encoding.UTF8.GetString(json.ToArray()) + table;
        Assert.DoesNotContain(secret, all, StringComparison.Ordinal);
        Assert.DoesNotContain(secret[10..22], all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Table_PathWithTerminalCommands_IsPrintedHarmless()
    {
        var report = await ScanAsync();
        using var table = new StringWriter();

        ReportTable.Write(table, report, color: false);

        Assert.Contains("a b/#\\x0a.txt:1:", table.ToString(), StringComparison.Ordinal);
        Assert.Contains("Not analysed: 1 (too-large), for instance large.sql", table.ToString(), StringComparison.Ordinal);
        Assert.Contains("The scan is incomplete", table.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', table.ToString());
    }

    private static async Task<string> WriteAsync()
    {
        using var output = new MemoryStream();
        Sarif.Write(output, await ScanAsync(), "1.2.3");
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static async Task<ScanReport> ScanAsync()
    {
        var source = new MemorySource().WithUnreadable("broken.txt");
        source.Left.Add(new SkippedEntry("large.sql", 1L << 40, SkipReason.TooLarge));
        foreach (var rule in RuleCatalog.All)
        {
            // Odd names for one file: a blank, a sign of URLs, a line break.
            var path = rule.Id == "github-pat" ? "a b/#\n.txt" : rule.Category == FindingCategory.Secret ? $"secrets/{rule.Id}.txt" : ExamplePath.Of(rule);
            if (source.Entries.All(e => e.Path != path)) source.With(path, SampleExpander.Expand(rule.Examples[0], rule.Id));
        }
        return await new ScanEngine(ScannerRegistration.Analyzers)
            .ScanAsync(source, NoAnalysisCache.Instance, new ScanOptions { FingerprintKey = new byte[32] }, null, TestContext.Current.CancellationToken);
    }
}
