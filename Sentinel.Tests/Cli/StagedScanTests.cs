using System.Text;
using Sentinel.Scanning;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Scanning;

namespace Sentinel.Tests.Cli;

/// <summary>A hook before a commit sees what is committed, and nothing else.</summary>
public sealed class StagedScanTests : IDisposable
{
    private static readonly string Token = SampleExpander.Expand(RuleCatalog.Find("github-pat")!.Examples[0], "staged").Split('=')[1];

    private readonly TestRepository _repository = TestRepository.Create();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Staged_ContentOfTheIndex_CountsAndNotTheWorkTree()
    {
        _repository.Commit("Add", ("a.ini", "a = 1\n"));
        Write("a.ini", $"token={Token}\n");
        var unstaged = await CliRun.ScanAsync(_repository.Folder, "--staged");
        _repository.Git("add", "a.ini");
        Write("a.ini", "a = 2\n");

        var staged = await CliRun.ScanAsync(_repository.Folder, "--staged");

        Assert.Equal((0, "No findings in 0 files.\n"), (unstaged.ExitCode, unstaged.Output));
        Assert.Equal(1, staged.ExitCode);
        Assert.Contains("a.ini:1:7  github-pat", staged.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Staged_FirstCommit_IsComparedWithNothing()
    {
        Write("a.ini", $"token={Token}\n");
        _repository.Git("add", "a.ini");

        Assert.Equal(1, (await CliRun.ScanAsync(_repository.Folder, "--staged")).ExitCode);
    }

    [Fact]
    public async Task Staged_OldSecretInChangedOrMovedFile_IsNoNews()
    {
        _repository.Commit("Add", ("a.ini", $"token={Token}\n"), ("b.ini", $"b = 1\ntoken={Token}\n"));
        Write("a.ini", $"# a line more\ntoken={Token}\n");
        _repository.Git("mv", "b.ini", "c.ini");
        _repository.Git("add", "--all");

        Assert.Equal(0, (await CliRun.ScanAsync(_repository.Folder, "--staged")).ExitCode);
    }

    [Fact]
    public async Task Staged_OddNamesLinksAndDeletions_AreReadAsData()
    {
        _repository.Commit("Add", ("gone.ini", "x = 1\n"));
        File.Delete(Path.Combine(_repository.Folder, "gone.ini"));
        Write("new\nline \"q\".ini", $"token={Token}\n");
        File.CreateSymbolicLink(Path.Combine(_repository.Folder, "link.ini"), "/etc/passwd");
        _repository.Git("add", "--all");

        var run = await CliRun.ScanAsync(_repository.Folder, "--staged");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("new\\x0aline \"q\".ini:1:7", run.Output, StringComparison.Ordinal);
        Assert.Contains("Not analysed: 1 (symlink)", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Staged_InAHookOfAPartialCommit_ReadsTheIndexOfTheHook()
    {
        _repository.Commit("Add", ("a.ini", "a = 1\n"), ("b.ini", "b = 1\n"));
        Write("a.ini", $"token={Token}\n");
        var other = Path.Combine(_repository.GitDirectory, "next-index");
        File.Copy(Path.Combine(_repository.GitDirectory, "index"), other);
        _repository.Git("add", "a.ini");

        var own = await CliRun.ScanAsync(_repository.Folder, "--staged");
        var hook = await CliRun.FeedAsync(_repository.Folder, null, [], [KeyValuePair.Create("GIT_INDEX_FILE", ".git/next-index")], "scan", "--staged");

        Assert.Equal((1, 0), (own.ExitCode, hook.ExitCode));
    }

    [Fact]
    public async Task Stdin_Text_IsScannedUnderItsName()
    {
        var text = Encoding.UTF8.GetBytes($"line\ntoken={Token}\n");

        var named = await CliRun.FeedAsync(_repository.Folder, null, text, [], "scan", "--stdin", "--stdin-name", "notes.ini");
        var unnamed = await CliRun.FeedAsync(_repository.Folder, null, "nothing"u8.ToArray(), [], "scan", "--stdin");
        var empty = await CliRun.FeedAsync(_repository.Folder, null, [], [], "scan", "--stdin");

        Assert.Equal(1, named.ExitCode);
        Assert.Contains("notes.ini:2:7  github-pat", named.Output, StringComparison.Ordinal);
        Assert.Equal((0, 0), (unnamed.ExitCode, empty.ExitCode));
    }

    [Fact]
    public async Task Stdin_LargerThanWhatIsHeld_IsReadToItsEnd()
    {
        var text = new byte[(30 << 20) + 1];
        text.AsSpan().Fill((byte)'.');
        Encoding.ASCII.GetBytes($"\nkey = {Token}\n").CopyTo(text, 29 << 20);

        var run = await CliRun.FeedAsync(_repository.Folder, null, text, [], "scan", "--stdin", "--stdin-name", "dump.sql");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("dump.sql:2:7  github-pat", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--history", "--staged")]
    [InlineData("--stdin", ".")]
    [InlineData(".", "--cache", "x", "--no-cache")]
    [InlineData(".", "--report", "sarif")]
    [InlineData(".", "--report", "xml=a.xml")]
    [InlineData(".", "--report", "1=a.xml")]
    public async Task CommandLine_Contradictions_AreTwo(params string[] arguments)
    {
        var run = await CliRun.ScanAsync(_repository.Folder, arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.NotEqual("", run.Error);
    }

    private void Write(string path, string text) => File.WriteAllText(Path.Combine(_repository.Folder, path), text);
}
