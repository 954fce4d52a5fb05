using Sentinel.Contracts.Findings;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.Worker.Feedback;

/// <summary>The policy of the merge base decides a pull request's check; the head's own only shows.</summary>
public sealed class PolicyFeedbackTests : IAsyncLifetime
{
    private FeedbackBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await FeedbackBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Check_BaseAllowsTheFinding_IsGreenAndSaysSo()
    {
        var run = await JudgeAsync(
            "version: 1\nsuppressions:\n  - rule: github-pat\n    path: tests/**\n    reason: Made up for the tests.\n", Severity.High, ("tests/app.ini", "token = x\n"));

        Assert.Equal(("success", "No new findings"), (run.Conclusion, run.Title));
        Assert.Contains("The policy allows 1 finding of this commit", run.Summary, StringComparison.Ordinal);
        Assert.Empty(run.Annotations);
        Assert.Empty(_bench.Fake.IssueComments);
    }

    [Theory]
    [InlineData("severity: critical", Severity.High, "success")]
    [InlineData("severity: low", Severity.Low, "failure")]
    [InlineData("severity: none", Severity.Critical, "success")]
    public async Task Check_GateOfTheBase_Decides(string gate, Severity severity, string conclusion) =>
        Assert.Equal(conclusion, (await JudgeAsync($"version: 1\ngate:\n  {gate}\n", severity, ("src/app.ini", "token = x\n"))).Conclusion);

    [Fact]
    public async Task Check_HeadLoosensItsOwnGate_FailsByTheOldOneWithAFinding()
    {
        var run = await JudgeAsync(null, Severity.High, ("src/app.ini", "token = x\n"), (".sentinel.yml", "version: 1\ngate:\n  severity: none\n"));

        Assert.Equal(("failure", "2 findings introduced by this change"), (run.Conclusion, run.Title));
        Assert.Contains("policy-loosened", run.Summary, StringComparison.Ordinal);
        Assert.Contains(run.Annotations, a => a["path"]!.GetValue<string>() == ".sentinel.yml" && a["start_line"]!.GetValue<int>() == 3);
    }

    [Fact]
    public async Task Check_HeadsFileHasErrors_IsNotGreenAndNamesLineAndRemedy()
    {
        var run = await JudgeAsync(null, null, (".sentinel.yml", "version: 1\ngate:\n  severty: low\n"));

        Assert.Equal("neutral", run.Conclusion);
        Assert.Contains("`.sentinel.yml:3:3`", run.Summary, StringComparison.Ordinal);
        Assert.Contains("severity", run.Summary, StringComparison.Ordinal);
        Assert.Equal((".sentinel.yml", 3), Assert.Single(run.Annotations) is var a ? (a["path"]!.GetValue<string>(), a["start_line"]!.GetValue<int>()) : default);
    }

    [Fact]
    public async Task Check_FileOfAMebibyte_IsNotEvenRead()
    {
        var run = await JudgeAsync(null, null, (".sentinel.yml", new string('#', 1 << 20)));

        Assert.Equal("neutral", run.Conclusion);
        Assert.Contains("at most 64 KiB", run.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain(_bench.GitHub.Calls, c => c.Path.Contains("/git/blobs/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("minimum-severity: critical", 0)]
    [InlineData("maximum: 0", 0)]
    [InlineData("maximum: 5", 1)]
    public async Task Review_CommentsOfThePolicy_AreNoMoreThanItAllows(string comments, int inline)
    {
        await JudgeAsync($"version: 1\ncomments:\n  {comments}\n", Severity.High, ("src/app.ini", "region = eu\ntoken = x\n"));

        var pull = Assert.Single(_bench.Fake.Pulls);
        Assert.Equal(inline, pull.ReviewComments.Count);
        Assert.Equal(comments.StartsWith("minimum", StringComparison.Ordinal) ? 0 : 1, _bench.Fake.IssueComments.Count);
    }

    // A pull request off a base with this policy, with one finding in its first file.
    private async Task<FakeCheckRun> JudgeAsync(string? policy, Severity? severity, params (string Path, string? Content)[] files)
    {
        if (policy is not null) _bench.Fake.Git.Commit("Policy", (".sentinel.yml", policy));
        await _bench.ScanAsync(null, []);
        var pull = await _bench.OpenAsync("change", files);
        await _bench.ScanAsync(pull, severity is { } worst ? [await _bench.FindingAsync(files[0].Path, files[0].Content!.Count(c => c == '\n'), worst)] : []);
        await _bench.DrainAsync();
        Assert.Empty(await _bench.LeftAsync());
        return _bench.Fake.CheckRuns.Single(r => r.HeadSha == pull.HeadSha);
    }
}
