using Sentinel.Scanning.Secrets;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Scanning.Secrets;

namespace Sentinel.Tests.Cli;

/// <summary>A comment stands for the value it was written for; the scans that know what stood there notice another.</summary>
public sealed class AllowCommentTests : IDisposable
{
    private static readonly string Old = SecretScans.GitHubToken("allow comment old");
    private static readonly string Next = SecretScans.GitHubToken("allow comment next");

    private readonly TestRepository _repository = TestRepository.Create();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Scan_CommentWithoutMark_IsToldTheMarkToAdd()
    {
        Write($"token={Old} # gitleaks:allow\n");

        var run = await CliRun.ScanAsync(_repository.Folder, ".");
        var required = await CliRun.ScanAsync(_repository.Folder, ".", "--require-marks");
        Write($"token={Old} # gitleaks:allow sentinel:allow[{Allowances.MarkOf(Old)}]\n");
        var marked = await CliRun.ScanAsync(_repository.Folder, ".", "--require-marks");

        Assert.Equal((0, 1, 0), (run.ExitCode, required.ExitCode, marked.ExitCode));
        Assert.Contains($"Bind them: sentinel:allow[{Allowances.MarkOf(Old)}] at a.ini:1.", run.Output, StringComparison.Ordinal);
        Assert.Contains($"with its mark: sentinel:allow[{Allowances.MarkOf(Old)}] REASON", required.Output, StringComparison.Ordinal);
        Assert.Equal("No findings in 1 files.\nNot counted: 1 (sentinel:allow), for instance a.ini:1:7\n", marked.Output);
    }

    [Fact]
    public async Task Staged_AnotherValueUnderAnOldComment_IsFound()
    {
        _repository.Commit("Add", ("a.ini", $"token={Old} # gitleaks:allow\n"));
        Write($"token={Next} # gitleaks:allow\n");
        _repository.Git("add", "--all");

        var swapped = await CliRun.ScanAsync(_repository.Folder, "--staged");
        Write($"# a line more\ntoken={Old} # gitleaks:allow\nnext={Next} # gitleaks:allow\n");
        _repository.Git("add", "--all");
        var added = await CliRun.ScanAsync(_repository.Folder, "--staged");

        Assert.Equal((1, 0), (swapped.ExitCode, added.ExitCode));
        Assert.Contains($"a.ini:1: the comment there allowed another value before. If this one may stand there too, name it: sentinel:allow[{Allowances.MarkOf(Next)}].", swapped.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Since_AnotherValueUnderAnOldComment_IsFound()
    {
        var before = _repository.Commit("Add", ("a.ini", $"token={Old} # gitleaks:allow\n"));
        _repository.Commit("Swap", ("a.ini", $"token={Next} # gitleaks:allow\n"));
        var swapped = await CliRun.ScanAsync(_repository.Folder, "--since", before);
        _repository.Commit("Bind", ("a.ini", $"token={Next} # sentinel:allow[{Allowances.MarkOf(Next)}] sandbox\n"));

        var bound = await CliRun.ScanAsync(_repository.Folder, "--since", "HEAD~1");

        Assert.Equal((1, 0), (swapped.ExitCode, bound.ExitCode));
        Assert.Contains("a.ini:1:7  github-pat", swapped.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Baseline_AnotherValueUnderAnOldComment_IsFound(bool inHistory)
    {
        string[] what = inHistory ? ["--history"] : ["."];
        _repository.Commit("Add", ("a.ini", $"token={Old} # gitleaks:allow\n"));
        var baseline = Path.Combine(_repository.GitDirectory, "baseline.json");
        Assert.Equal(0, (await CliRun.ScanAsync(_repository.Folder, [.. what, "--format", "json", "--output", baseline])).ExitCode);

        var same = await CliRun.ScanAsync(_repository.Folder, [.. what, "--baseline", baseline]);
        _repository.Commit("Swap", ("a.ini", $"token={Next} # gitleaks:allow\n"));
        var swapped = await CliRun.ScanAsync(_repository.Folder, [.. what, "--baseline", baseline]);

        Assert.Equal((0, 1), (same.ExitCode, swapped.ExitCode));
        Assert.Contains("Not counted: 1 (gitleaks:allow)", same.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_SecretInAReason_IsInNoReport()
    {
        Write($"token={Old} # sentinel:allow in the place of {Next} of last year\n");
        var cache = Path.Combine(_repository.GitDirectory, "own.cache");

        var run = await CliRun.ScanAsync(_repository.Folder, ".", "--format", "json", "--redact", "--cache", cache);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("in the place of ****", run.Output, StringComparison.Ordinal);
        Assert.All([Old, Next], secret => Assert.DoesNotContain(secret, run.Output, StringComparison.Ordinal));
    }

    private void Write(string text) => File.WriteAllText(Path.Combine(_repository.Folder, "a.ini"), text);
}
