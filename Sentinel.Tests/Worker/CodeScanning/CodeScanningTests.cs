using System.IO.Compression;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using NJsonSchema;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Repositories;
using Sentinel.Data.Feedback;
using Sentinel.Scanning.Identity;
using Sentinel.Tests.Support;
using Sentinel.Tests.Worker.Feedback;
using Sentinel.Worker.CodeScanning;

namespace Sentinel.Tests.Worker.CodeScanning;

/// <summary>The default branch's findings stand under the Security tab of GitHub, where that is on.</summary>
public sealed class CodeScanningTests : IAsyncLifetime
{
    private FeedbackBench _bench = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await FeedbackBench.StartAsync(codeScanning: true);

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Scan_OfTheDefaultBranch_UploadsWhatNeedsWork()
    {
        var (open, dismissed) = (await _bench.FindingAsync("src/app.ini", 2), await _bench.FindingAsync("src/app.ini", 3));
        await DecideAsync(dismissed.Id, FindingState.Dismissed);

        await _bench.ScanAsync(null, [open, dismissed]);
        await _bench.DrainAsync();

        var upload = Assert.Single(_bench.Fake.Sarifs);
        Assert.Equal((_bench.Fake.Git.Git("rev-parse", "main"), "refs/heads/main"), (upload.CommitSha, upload.Ref));
        using var sarif = JsonDocument.Parse(upload.Sarif);
        var run = sarif.RootElement.GetProperty("runs")[0];
        Assert.Equal("sentinel/", run.GetProperty("automationDetails").GetProperty("id").GetString());
        var result = Assert.Single(run.GetProperty("results").EnumerateArray());
        Assert.Equal(open.Fingerprint, result.GetProperty("partialFingerprints").GetProperty("sentinel/v1").GetString());
        Assert.Equal($"{open.Fingerprint[..16]}:1", result.GetProperty("partialFingerprints").GetProperty("primaryLocationLineHash").GetString());
        var schema = await JsonSchema.FromJsonAsync(await File.ReadAllTextAsync(SharedFiles.Require("schemas", "sarif", "sarif-schema-2.1.0.oasis.json"), Cancellation), Cancellation);
        Assert.Empty(schema.Validate(upload.Sarif).Select(e => e.ToString()));
        Assert.Equal((CodeScanningState.Uploaded, 1, 0, null), await StateAsync());
    }

    [Fact]
    public async Task Decision_OnAFindingOfTheDefaultBranch_UploadsAgain()
    {
        var finding = await _bench.FindingAsync("src/app.ini", 2);
        await using (var database = _bench.Database())
            await database.Repositories.ExecuteUpdateAsync(r => r.SetProperty(x => x.HeadCommit, _bench.Fake.Git.Git("rev-parse", "main")), Cancellation);
        await _bench.ScanAsync(null, [finding]);
        await _bench.DrainAsync();

        await DecideAsync(finding.Id, FindingState.Dismissed);
        await _bench.DrainAsync();

        Assert.Equal([1, 0], _bench.Fake.Sarifs.Select(s => JsonDocument.Parse(s.Sarif).RootElement.GetProperty("runs")[0].GetProperty("results").GetArrayLength()));
    }

    [Fact]
    public async Task Scan_OfAPullRequest_UploadsNothing()
    {
        var pull = await _bench.OpenAsync("change", ("src/app.ini", "token = x\n"));
        await _bench.ScanAsync(pull, [await _bench.FindingAsync("src/app.ini", 1)]);
        await _bench.DrainAsync();

        Assert.Empty(_bench.Fake.Sarifs);
    }

    [Fact]
    public async Task Scan_WhereCodeScanningIsOff_IsNoFaultAndAskedAgainAfterADay()
    {
        _bench.Fake.CodeScanning = false;
        await _bench.ScanAsync(null, []);
        await _bench.DrainAsync();
        Assert.Empty(await _bench.LeftAsync());
        Assert.Equal(CodeScanningState.Unavailable, (await StateAsync()).State);
        var calls = Uploads();

        await _bench.ScanAsync(null, []);
        await _bench.DrainAsync();
        Assert.Equal(calls, Uploads());

        _bench.Fake.CodeScanning = true;
        _bench.Time.Advance(TimeSpan.FromHours(25));
        await _bench.ScanAsync(null, []);
        await _bench.DrainAsync();
        Assert.Equal((CodeScanningState.Uploaded, 0, 0, null), await StateAsync());
        Assert.Single(_bench.Fake.Sarifs);
    }

    [Theory]
    [InlineData(40, 10_000_000, 25)]
    [InlineData(40, 2500, 12)]
    public void Analysis_MoreThanGitHubTakes_KeepsTheWorstAndSaysSo(int count, int maxBytes, int most)
    {
        var findings = Enumerable.Range(0, count).Select(i => Finding(i, i < 5 ? Sentinel.Scanning.Severity.Critical : Sentinel.Scanning.Severity.Low)).Reverse().ToArray();

        var analysis = CodeScanningAnalysis.Of(findings, "1.0.0", maxResults: 25, maxBytes);

        Assert.InRange(analysis.Results, 5, most);
        Assert.Equal(count, analysis.Results + analysis.LeftOut);
        Assert.True(analysis.Gzip.Length <= maxBytes);
        using var unpacked = new GZipStream(new MemoryStream(analysis.Gzip), CompressionMode.Decompress);
        using var sarif = JsonDocument.Parse(unpacked);
        var run = sarif.RootElement.GetProperty("runs")[0];
        Assert.Equal(analysis.Results, run.GetProperty("results").GetArrayLength());
        Assert.Equal(5, run.GetProperty("results").EnumerateArray().Count(r => r.GetProperty("level").GetString() == "error"));
        Assert.StartsWith($"{analysis.LeftOut} findings of less severity are left out", run.GetProperty("invocations")[0].GetProperty("toolExecutionNotifications")[0].GetProperty("message").GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    private static Sentinel.Scanning.Finding Finding(int number, Sentinel.Scanning.Severity severity) => new()
    {
        RuleId = "github-pat",
        AnalyzerId = "secrets/patterns",
        Category = Sentinel.Scanning.FindingCategory.Secret,
        Severity = severity,
        Confidence = Sentinel.Scanning.Confidence.High,
        Title = "Title",
        Message = $"Message {number}",
        Location = new Sentinel.Scanning.Location($"src/{number}.ini", new Sentinel.Scanning.Region(1, 1, 1, 2)),
        FingerprintHash = CodeFingerprint.Of("rule", $"{number}"),
    };

    private int Uploads() => _bench.GitHub.Calls.Count(c => c.Method == "POST" && c.Path.EndsWith("/code-scanning/sarifs", StringComparison.Ordinal));

    private async Task<(CodeScanningState State, int Results, int LeftOut, string? Detail)> StateAsync()
    {
        await using var database = _bench.Database();
        var row = await database.CodeScanningUploads.SingleAsync(Cancellation);
        return (row.State, row.Results, row.LeftOut, row.Detail);
    }

    private async Task DecideAsync(Guid finding, FindingState state)
    {
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        await using var database = _bench.Database();
        await database.Findings.Where(f => f.Id == finding).ExecuteUpdateAsync(f => f.SetProperty(x => x.State, state), Cancellation);
        await FindingFeedback.WriteAsync(database, _bench.Known.Id, finding, _bench.Time.GetUtcNow(), null, Cancellation);
    }
}
