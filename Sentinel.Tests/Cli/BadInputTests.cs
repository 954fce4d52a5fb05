using System.Diagnostics;
using System.Runtime.Versioning;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Scanning.Secrets;

namespace Sentinel.Tests.Cli;

/// <summary>What cannot be looked at is never clean, and what was asked wrongly is an error that says what to write.</summary>
public sealed class BadInputTests : IDisposable
{
    private static readonly string Token = SecretScans.GitHubToken("bad input");

    private readonly TestRepository _repository = TestRepository.Create();
    private readonly string _folder = Directory.CreateTempSubdirectory("sentinel-test-bad-input-").FullName;

    public void Dispose()
    {
        _repository.Dispose();
        // A tree deeper than a path may be long can only be left step by step.
        Shell(_folder, "rm -rf -- *");
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [UnsupportedOSPlatform("windows")]
    public async Task Scan_FolderThatCannotBeListed_IsToldAndNotClean(bool inGit)
    {
        if (inGit) Shell(_folder, "git init -q .");
        Shell(_folder, "name=$(printf 'd%.0s' $(seq 200)); for i in $(seq 25); do mkdir $name && cd $name; done; echo x > a.ini");

        var alone = await CliRun.ScanAsync(_folder, ".", "--no-cache");
        File.WriteAllText(Path.Combine(_folder, "leak.ini"), $"token={Token}\n");
        var leak = await CliRun.ScanAsync(_folder, ".", "--no-cache");

        Assert.Equal((2, 1), (alone.ExitCode, leak.ExitCode));
        Assert.Contains("Not analysed: 1 (unreadable), for instance ddd", alone.Output, StringComparison.Ordinal);
        Assert.Contains("leak.ini:1:7  github-pat", leak.Output, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Scan_NamedPipeOrDevice_IsAnErrorThatNamesStdin()
    {
        var device = await CliRun.ScanAsync(_folder, "/dev/zero");
        var pipe = await CliRun.FeedAsync(_folder, null, "token"u8.ToArray(), [], "scan", "/dev/stdin");
        var nothing = await CliRun.ScanAsync(_folder, "/dev/null");
        Shell(_folder, "mkfifo named");
        var named = await CliRun.ScanAsync(_folder, "named");

        Assert.Equal((2, "", "sentinel: /dev/zero: this is a pipe or a device and no file: scan what comes out of it with --stdin.\n"), (device.ExitCode, device.Output, device.Error));
        Assert.Equal((2, 2), (pipe.ExitCode, named.ExitCode));
        Assert.Equal(0, nothing.ExitCode);
    }

    [Fact]
    public async Task Cache_FileThatIsNone_IsRefusedAndKept()
    {
        var file = Path.Combine(_folder, "notes.txt");
        await File.WriteAllTextAsync(file, "the only copy", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "empty"), "", TestContext.Current.CancellationToken);

        var run = await CliRun.ScanAsync(_folder, ".", "--cache", file);
        var folder = await CliRun.ScanAsync(_folder, ".", "--cache", ".");
        var empty = await CliRun.ScanAsync(_folder, ".", "--cache", "empty");
        var again = await CliRun.ScanAsync(_folder, ".", "--cache", "empty");

        Assert.Equal((2, 2, 0, 0), (run.ExitCode, folder.ExitCode, empty.ExitCode, again.ExitCode));
        Assert.Contains("this is no cache of Sentinel's", run.Error, StringComparison.Ordinal);
        Assert.Contains("this is a folder", folder.Error, StringComparison.Ordinal);
        Assert.Equal("the only copy", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("--fail-on 9: write info, low, medium, high or critical.", ".", "--fail-on", "9")]
    [InlineData("--fail-on none: write info, low, medium, high or critical.", ".", "--fail-on", "none")]
    [InlineData("--format 1: write table, json, sarif, csv, junit or gitleaks.", ".", "--format", "1")]
    [InlineData("--stdin-name names what --stdin reads: give both.", ".", "--stdin-name", "a")]
    [InlineData("--history and --since cannot be combined.", "--history", "--since", "HEAD")]
    public async Task CommandLine_WrongArgument_IsSaidInOneLine(string expected, params string[] arguments)
    {
        var run = await CliRun.ScanAsync(_folder, arguments);

        Assert.Equal((2, "", expected), (run.ExitCode, run.Output, run.Error.Trim()));
    }

    [Fact]
    public async Task Reports_TwoInOneFile_AreRefused()
    {
        var run = await CliRun.ScanAsync(_folder, ".", "--output", "a.json", "--report", "sarif=./a.json");

        Assert.Equal((2, "sentinel: a.json: two reports cannot be written to one file.\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Report_KeptInTheRepository_IsNoFindingItself()
    {
        File.WriteAllText(Path.Combine(_folder, "a.ini"), $"token={Token}\n");
        await CliRun.ScanAsync(_folder, ".", "--format", "json", "--output", "baseline.json");

        var run = await CliRun.ScanAsync(_folder, "baseline.json");

        Assert.Equal((0, "No findings in 1 files.\n"), (run.ExitCode, run.Output));
    }

    [Fact]
    public async Task Staged_BareRepository_SaysThatItHasNoIndex()
    {
        _repository.Commit("Add", ("a.ini", "a = 1\n"));
        _repository.Git("clone", "--quiet", "--bare", ".", Path.Combine(_folder, "bare.git"));

        var run = await CliRun.ScanAsync(_folder, "bare.git", "--staged");

        Assert.Equal((2, "sentinel: A bare repository has no index, and --staged reads one: --history scans what was committed.\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task History_RefToAMissingCommit_SaysWhatIsDamaged()
    {
        var commit = _repository.Commit("Add", ("a.ini", "a = 1\n"));
        File.Delete(Path.Combine(_repository.GitDirectory, "objects", commit[..2], commit[2..]));

        var run = await CliRun.ScanAsync(_repository.Folder, "--history");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("leads to a commit that cannot be read", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_FileForAFolderAndUnknownWord_AreSaid()
    {
        File.WriteAllText(Path.Combine(_folder, "a.yaml"), "provider: x\nrules: []\n");

        var file = await CliRun.StartAsync(_folder, null, "rules", "test", "a.yaml");
        var missing = await CliRun.StartAsync(_folder, null, "rules", "test", "none");
        var word = await CliRun.StartAsync(_folder, null, "rules", "list", "no such word");

        Assert.Equal((2, "sentinel: a.yaml: this is a file: name the folder in which it is.\n"), (file.ExitCode, file.Error));
        Assert.Equal((2, "sentinel: none: there is no such folder.\n"), (missing.ExitCode, missing.Error));
        Assert.Equal((0, "sentinel: no rule has 'no such word' in its id or title.\n"), (word.ExitCode, word.Error));
    }

    private static void Shell(string folder, string script)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { WorkingDirectory = folder })!;
        bash.WaitForExit();
    }
}
