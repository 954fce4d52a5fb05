using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Scans;
using Sentinel.Contracts.Sessions;
using Sentinel.Data.Repositories;
using Sentinel.Tests.Api;
using Sarif = Sentinel.Tests.Scanning.Imports.Sarif;

namespace Sentinel.Tests.Cli;

/// <summary>The command line sends results to a real API.</summary>
public sealed class ImportCommandTests : IDisposable
{
    private static readonly string Commit = new('1', 40);

    private readonly string _folder = Directory.CreateTempSubdirectory("sentinel-test-import-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Import_InAWorkflow_TakesRepositoryAndCommitFromIt()
    {
        await using var api = await ApiServer.StartAsync(Cancellation, "Production");
        await AddRepositoriesAsync(api, "acme/shop-api", "acme/shop");
        await File.WriteAllTextAsync(Path.Combine(_folder, "r.sarif"), Sarif.Run("Semgrep OSS", Sarif.Result("r", "a.py", 1, "x") + "," + """{"ruleId":"r","message":{"text":"nowhere"}}"""), Cancellation);

        var run = await RunAsync(api, await TokenAsync(api, Role.Triager), "r.sarif", "--category", "back");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("Semgrep OSS as sarif/semgrep-oss/back: 1 results, 1 that name no file and were left out\nscan ", run.Output, StringComparison.Ordinal);
        var scan = await api.QueryAsync(db => db.Scans.SingleAsync(Cancellation));
        Assert.Equal((ScanKind.Import, "refs/heads/main", Commit), (scan.Kind, scan.Ref, scan.CommitSha));
        Assert.Equal("acme/shop", await api.QueryAsync(db => db.Repositories.Where(r => r.Id == scan.RepositoryId).Select(r => r.FullName).SingleAsync(Cancellation)));
    }

    [Theory]
    [InlineData("Succeeded", 0, "3 new, 2 fixed, 7 in all\n", "")]
    [InlineData("Superseded", 0, "", "newer commit")]
    [InlineData("DeadLettered", 2, "", "ended as DeadLettered: no such commit")]
    public async Task Import_ThatIsWaitedFor_TellsHowItEnded(string status, int exitCode, string output, string error)
    {
        await using var api = await ApiServer.StartAsync(Cancellation, "Production");
        await AddRepositoriesAsync(api, "acme/shop");
        await File.WriteAllTextAsync(Path.Combine(_folder, "r.sarif"), Sarif.Run("x", ""), Cancellation);
        KeyValuePair<string, string>[] variables =
            [new("SENTINEL_URL", api.Address.ToString()), new("SENTINEL_TOKEN", await TokenAsync(api, Role.Triager)), new("GITHUB_REPOSITORY", "acme/shop"), new("GITHUB_REF", "refs/heads/main"), new("GITHUB_SHA", Commit)];

        var running = CliRun.FeedAsync(_folder, null, [], variables, "import", "r.sarif", "--wait");
        while (!running.IsCompleted && !await api.QueryAsync(db => db.Scans.AnyAsync(Cancellation))) await Task.Delay(50, Cancellation);
        await api.ExecuteAsync($"update scans set status = '{status}', findings_opened = 3, findings_closed = 2, findings_total = 7, error_detail = 'no such commit', completed_at = now()", Cancellation);
        var run = await running;

        Assert.Equal(exitCode, run.ExitCode);
        Assert.EndsWith(output, run.Output, StringComparison.Ordinal);
        Assert.Contains(error, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_WhatTheServerRefuses_IsToldInOneLine()
    {
        await using var api = await ApiServer.StartAsync(Cancellation, "Production");
        await AddRepositoriesAsync(api, "acme/shop");
        await File.WriteAllTextAsync(Path.Combine(_folder, "bad.sarif"), "{}", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(_folder, "good.sarif"), Sarif.Run("x", ""), Cancellation);
        var (triager, viewer) = (await TokenAsync(api, Role.Triager), await TokenAsync(api, Role.Viewer));

        Assert.Contains("sarif: The file says SARIF version ''", (await RunAsync(api, triager, "bad.sarif")).Error, StringComparison.Ordinal);
        Assert.Contains("no such file", (await RunAsync(api, triager, "none.sarif")).Error, StringComparison.Ordinal);
        Assert.Contains("needs the role Triager", (await RunAsync(api, viewer, "good.sarif")).Error, StringComparison.Ordinal);
        Assert.Contains("does not know the token", (await RunAsync(api, "nobody", "good.sarif")).Error, StringComparison.Ordinal);
        Assert.Contains("knows no repository acme/other", (await RunAsync(api, triager, "good.sarif", "--repository", "acme/other")).Error, StringComparison.Ordinal);
        Assert.Contains("commit: Give the full id", (await RunAsync(api, triager, "good.sarif", "--commit", "abc")).Error, StringComparison.Ordinal);
        Assert.Contains("unencrypted", (await RunAsync(api, triager, "good.sarif", "--server", "http://sentinel.example")).Error, StringComparison.Ordinal);
        Assert.Contains("does not answer", (await RunAsync(api, triager, "good.sarif", "--server", "http://127.0.0.1:9")).Error, StringComparison.Ordinal);
        Assert.Contains("SENTINEL_TOKEN holds no token", (await RunAsync(api, "", "good.sarif")).Error, StringComparison.Ordinal);
        Assert.Equal(0, await api.QueryAsync(db => db.Scans.CountAsync(Cancellation)));
    }

    private async Task<CliRun> RunAsync(ApiServer api, string token, params string[] arguments)
    {
        KeyValuePair<string, string>[] variables =
            [new("SENTINEL_URL", api.Address.ToString()), new("SENTINEL_TOKEN", token), new("GITHUB_REPOSITORY", "acme/shop"), new("GITHUB_REF", "refs/heads/main"), new("GITHUB_SHA", Commit)];
        var run = await CliRun.FeedAsync(_folder, null, [], variables, ["import", .. arguments]);
        if (run.ExitCode == 0) return run;
        Assert.Equal((2, "", 1), (run.ExitCode, run.Output, run.Error.Count(c => c == '\n')));
        if (token.Length > 6) Assert.DoesNotContain(token, run.Error, StringComparison.Ordinal);
        return run;
    }

    private static async Task<string> TokenAsync(ApiServer api, Role role)
    {
        using var client = await api.AsAsync(role, Cancellation);
        return client.DefaultRequestHeaders.Authorization!.Parameter!;
    }

    private static Task<int> AddRepositoriesAsync(ApiServer api, params string[] names) => api.QueryAsync(db =>
    {
        var now = TimeProvider.System.GetUtcNow();
        db.Repositories.AddRange(names.Select(name => new Repository { FullName = name, CloneUrl = $"https://github.com/{name}.git", CreatedAt = now, UpdatedAt = now }));
        return db.SaveChangesAsync(Cancellation);
    });
}
