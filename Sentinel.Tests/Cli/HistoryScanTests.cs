using System.Text.Json;
using Sentinel.Scanning;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Scanning;

namespace Sentinel.Tests.Cli;

/// <summary>What commits brought is found wherever it stood, once for each value, with the commits that brought it.</summary>
public sealed class HistoryScanTests : IDisposable
{
    private static readonly string Token = SampleExpander.Expand(RuleCatalog.Find("github-pat")!.Examples[0], "history").Split('=')[1];
    private static readonly string Other = SampleExpander.Expand(RuleCatalog.Find("github-pat")!.Examples[0], "other").Split('=')[1];

    private readonly TestRepository _repository = TestRepository.Create();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task History_SecretThatWasDeleted_IsFoundWithItsCommits()
    {
        var first = _repository.Commit("Add", ("settings.ini", $"token={Token}\n"));
        var second = _repository.Commit("Move it down", ("settings.ini", $"# settings\ntoken={Token}\n"), ("copy.ini", $"token={Token}\n"));
        _repository.Commit("Delete", ("settings.ini", null), ("copy.ini", null));

        var run = await CliRun.ScanAsync(_repository.Folder, "--history");
        using var json = await JsonAsync("--history");

        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("Critical  settings.ini:1:7  github-pat\n", run.Output, StringComparison.Ordinal);
        Assert.Contains($"since commit {first[..12]} of ", run.Output, StringComparison.Ordinal);
        Assert.Contains($"also copy.ini:1:7 in {second[..12]} of ", run.Output, StringComparison.Ordinal);
        Assert.Contains("1 findings at 3 places in 2 contents of 3 commits (all refs): 1 critical.", run.Output, StringComparison.Ordinal);
        var incident = json.RootElement.GetProperty("incidents").EnumerateArray().Single();
        Assert.Equal(
            [$"settings.ini:1 {first}", $"copy.ini:1 {second}", $"settings.ini:2 {second}"],
            incident.GetProperty("places").EnumerateArray().Select(p => $"{p.GetProperty("path")}:{p.GetProperty("line")} {p.GetProperty("commit")}"));
        var commit = json.RootElement.GetProperty("findings")[0].GetProperty("commit");
        Assert.Equal(("Test", "test@acme.example"), (commit.GetProperty("author").GetString(), commit.GetProperty("email").GetString()));
    }

    [Fact]
    public async Task History_MessageThatHoldsTheSecret_IsMasked()
    {
        _repository.Commit($"Use {Token} at last", ("settings.ini", $"token={Token}\n"));

        foreach (var format in new[] { "table", "json", "sarif", "csv", "junit", "gitleaks" })
        {
            var run = await CliRun.ScanAsync(_repository.Folder, "--history", "--format", format);

            Assert.Contains("github-pat", run.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(Token[10..22], run.Output + run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task History_OtherBranchesTagsAndStash_AreRead()
    {
        _repository.Commit("Add", ("a.txt", "a"));
        _repository.Git("checkout", "--quiet", "-b", "side");
        _repository.Commit("Side", ("side.ini", $"token={Token}\n"));
        _repository.Git("checkout", "--quiet", "main");
        File.WriteAllText(Path.Combine(_repository.Folder, "a.txt"), $"token={Other}\n");
        _repository.Git("stash", "--quiet");

        Assert.Contains("2 findings", (await CliRun.ScanAsync(_repository.Folder, "--history")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_SecondRun_ReadsOnlyWhatIsNew()
    {
        _repository.Commit("Add", [.. Enumerable.Range(0, 40).Select(i => ($"f{i}.ini", (string?)$"name{i} = value\n"))]);
        var cache = Path.Combine(_repository.Folder, ".git", "test.cache");
        var first = await CliRun.ScanAsync(_repository.Folder, "--history", "--cache", cache);
        var size = new FileInfo(cache).Length;
        var again = await CliRun.ScanAsync(_repository.Folder, "--history", "--cache", cache);

        Assert.Equal(first, again);
        Assert.Equal(size, new FileInfo(cache).Length);
        _repository.Commit("Leak", ("f0.ini", $"token={Token}\n"));
        var third = await CliRun.ScanAsync(_repository.Folder, "--history", "--cache", cache);
        Assert.Contains("f0.ini:1:7", third.Output, StringComparison.Ordinal);
        // One more content: a record of at most a few hundred bytes, not forty.
        Assert.InRange(new FileInfo(cache).Length - size, 1, 1500);
        // The same content in the work tree has its result already, and in other rules' or keys' scans has none.
        var grown = new FileInfo(cache).Length;
        Assert.Contains("f0.ini:1:7", (await CliRun.ScanAsync(_repository.Folder, ".", "--cache", cache)).Output, StringComparison.Ordinal);
        Assert.Equal(grown, new FileInfo(cache).Length);
        await CliRun.StartAsync(_repository.Folder, new string('8', 64), "scan", "--history", "--cache", cache);
        Assert.True(new FileInfo(cache).Length > grown);
    }

    [Fact]
    public async Task Since_OldSecretsInChangedAndMovedFiles_AreNoNews()
    {
        _repository.Commit("Add", ("old.ini", $"token={Token}\n"), ("moved.ini", $"name = 1\ntoken={Token}\n"));
        _repository.Git("tag", "v1");
        _repository.Git("mv", "moved.ini", "elsewhere.ini");
        _repository.Commit("Move and change", ("old.ini", $"# changed\ntoken={Token}\n"));

        var clean = await CliRun.ScanAsync(_repository.Folder, "--since", "v1");
        _repository.Commit("Leak", ("old.ini", $"# changed\ntoken={Token}\nother={Other}\n"));
        _repository.Commit("Hide", ("old.ini", "# nothing\n"));
        var leak = await CliRun.ScanAsync(_repository.Folder, "--since", "v1");

        Assert.Equal((0, ""), (clean.ExitCode, clean.Error));
        Assert.Contains("of 1 commits (v1..HEAD)", clean.Output, StringComparison.Ordinal);
        Assert.Equal(1, leak.ExitCode);
        Assert.Contains("1 findings at 1 places", leak.Output, StringComparison.Ordinal);
        Assert.Contains("old.ini:3:7  github-pat", leak.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_ShallowClone_SaysThatItIsCut()
    {
        _repository.Commit("Leak", ("a.ini", $"token={Token}\n"));
        _repository.Commit("Hide", ("a.ini", "nothing = 1\n"));
        var folder = Path.Combine(_repository.Folder, ".git", "shallow");
        _repository.Git("clone", "--quiet", "--depth=1", new Uri(_repository.Folder).ToString(), folder);

        var run = await CliRun.ScanAsync(folder, "--history");
        var since = await CliRun.ScanAsync(folder, "--since", "HEAD~1");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("shallow clone", run.Output, StringComparison.Ordinal);
        Assert.Equal((2, ""), (since.ExitCode, since.Output));
        Assert.Contains("shallow clone", since.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_DamagedContent_IsNamedAndTheRestIsScanned()
    {
        _repository.Commit("Add", ("bad.ini", "will be damaged\n"), ("good.ini", $"token={Token}\n"));
        var id = _repository.Git("rev-parse", "HEAD:bad.ini");
        File.Delete(Path.Combine(_repository.GitDirectory, "objects", id[..2], id[2..]));

        var run = await CliRun.ScanAsync(_repository.Folder, "--history");

        Assert.Contains("good.ini:1:7", run.Output, StringComparison.Ordinal);
        Assert.Contains(id, run.Output, StringComparison.Ordinal);
        Assert.Contains("The scan is incomplete", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_DamagedTree_ScansWhatIsThereAndIsNotClean()
    {
        _repository.Commit("Add", ("a.ini", "a = 1\n"));
        _repository.Commit("Change", ("a.ini", "a = 2\n"));
        var id = _repository.Git("rev-parse", "HEAD^{tree}");
        File.Delete(Path.Combine(_repository.GitDirectory, "objects", id[..2], id[2..]));

        var run = await CliRun.ScanAsync(_repository.Folder, "--history");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("damaged", run.Output + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_BareAndEmptyRepositories_Work()
    {
        var empty = await CliRun.ScanAsync(_repository.Folder, "--history");
        var none = await CliRun.ScanAsync(_repository.Folder, "--since", "HEAD");
        _repository.Commit("Leak", ("a.ini", $"token={Token}\n"));
        var bare = Path.Combine(_repository.Folder, ".git", "bare.git");
        _repository.Git("clone", "--quiet", "--bare", _repository.Folder, bare);

        var run = await CliRun.ScanAsync(_repository.Folder, bare, "--history");

        Assert.Equal((0, "No findings in 0 contents of 0 commits (all refs).\n"), (empty.ExitCode, empty.Output));
        Assert.Equal(2, none.ExitCode);
        Assert.Contains("no commit yet", none.Error, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }

    [Theory]
    [InlineData("--since", "nowhere", "--since nowhere: there is no such commit, branch or tag")]
    [InlineData("--since", "--all", null)]
    public async Task Since_BadReference_IsNamed(string option, string value, string? expected)
    {
        _repository.Commit("Add", ("a.txt", "a"));

        var run = await CliRun.ScanAsync(_repository.Folder, option, value);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected ?? "", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_FolderThatIsNoRepository_IsNamed()
    {
        var outside = Directory.CreateTempSubdirectory("sentinel-test-outside-");
        try
        {
            foreach (var option in new[] { "--history", "--staged" })
            {
                var run = await CliRun.ScanAsync(outside.FullName, option);
                Assert.Equal((2, "", $"sentinel: .: this is in no git repository, and {option} reads one.\n"), (run.ExitCode, run.Output, run.Error));
            }
        }
        finally
        {
            outside.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task History_SeveralReportsAtOnce_AreAllWritten()
    {
        _repository.Commit("Leak", ("a.ini", $"token={Token}\n"));
        var folder = _repository.GitDirectory;

        var run = await CliRun.ScanAsync(
            _repository.Folder, "--history", "--format", "csv", "--report", $"sarif={folder}/a.sarif", "--report", $"GitLeaks={folder}/a.json", "--redact");

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("Severity,", run.Output, StringComparison.Ordinal);
        using var sarif = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "a.sarif"), Cancellation));
        Assert.Equal(_repository.Head, sarif.RootElement.GetProperty("runs")[0].GetProperty("results")[0].GetProperty("properties").GetProperty("commit").GetString());
        using var gitleaks = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "a.json"), Cancellation));
        Assert.Equal(
            ("REDACTED", $"{_repository.Head}:a.ini:github-pat:1"),
            (gitleaks.RootElement[0].GetProperty("Secret").GetString(), gitleaks.RootElement[0].GetProperty("Fingerprint").GetString()));
        Assert.DoesNotContain(Token[..4], run.Output, StringComparison.Ordinal);
    }

    private async Task<JsonDocument> JsonAsync(params string[] arguments) =>
        JsonDocument.Parse((await CliRun.ScanAsync(_repository.Folder, [.. arguments, "--format", "json"])).Output);
}
