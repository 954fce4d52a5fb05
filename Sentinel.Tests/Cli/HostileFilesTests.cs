using System.Runtime.Versioning;
using System.Text;
using Sentinel.Scanning;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Scanning.Secrets;

namespace Sentinel.Tests.Cli;

/// <summary>Files that a hostile repository brings, and names in it that would steer a terminal.</summary>
public sealed class HostileFilesTests : IDisposable
{
    private const string Escape = "\u001b";

    private static readonly string Token = SecretScans.GitHubToken("hostile files");

    private readonly TestRepository _repository = TestRepository.Create();
    private readonly DirectoryInfo _outside = Directory.CreateTempSubdirectory("sentinel-test-outside-");

    public void Dispose()
    {
        _repository.Dispose();
        _outside.Delete(recursive: true);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task IgnoreFile_LinkToADeviceWithoutEnd_IsNotReadAndTold()
    {
        Write("a.ini", $"token={Token}\n");
        File.CreateSymbolicLink(Path.Combine(_repository.Folder, ".gitleaksignore"), "/dev/zero");

        var run = await CliRun.ScanAsync(_repository.Folder, ".");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Note: .gitleaksignore is a link and was not read.", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--gitleaks-config", "/dev/zero: larger than 4 MiB.")]
    [InlineData("--baseline", "--baseline /dev/zero: larger than 256 MiB.")]
    public async Task NamedFile_DeviceWithoutEnd_IsAnErrorOfOneLine(string option, string expected)
    {
        var run = await CliRun.ScanAsync(_repository.Folder, ".", option, "/dev/zero");

        Assert.Equal((2, "", $"sentinel: {expected}\n"), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public async Task GitleaksConfig_NestedWithoutEnd_IsAFaultWithItsFile()
    {
        Write("deep.toml", $"[[rules]]\nx = {new string('[', 100_000)}{new string(']', 100_000)}\n");

        var run = await CliRun.ScanAsync(_repository.Folder, ".", "--gitleaks-config", "deep.toml");

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Matches("\ndeep\\.toml:[0-9]+: not read: arrays or tables are nested too deep\n$", run.Error);
    }

    [Theory]
    [InlineData("provider: x\nrules: {0}\n", "nested more than 32 deep")]
    [InlineData("provider: x\nrules:\n  - ? {0}\n    : 1\n", "a key must be a plain text")]
    public async Task Rules_NestedWithoutEnd_AreAFaultWithFileAndLine(string template, string expected)
    {
        Write("own/deep.yaml", template.Replace("{0}", new string('[', 100_000) + new string(']', 100_000), StringComparison.Ordinal));

        var run = await CliRun.StartAsync(_repository.Folder, null, "rules", "test", "own");

        Assert.Equal(2, run.ExitCode);
        Assert.Matches($"own/deep\\.yaml:[23]: {expected}", run.Error);
    }

    [Fact]
    public async Task RulesTest_ExampleOrIdThatCannotBe_IsAFaultAndNoCrash()
    {
        const string Rule = "    title: T\n    severity: high\n    confidence: high\n    keywords: [acme_]\n    pattern: '\\b(acme_[a-z0-9]{12})\\b'\n    examples: ['EXAMPLE']\n    negative_examples: ['x']\n";
        Write("own/a.yaml", "provider: Acme\nrevoke: https://acme.example\nrules:\n  - id: acme-token\n" + Rule.Replace("EXAMPLE", "acme_<nothing:12>", StringComparison.Ordinal));
        Write("long/a.yaml", "provider: Acme\nrevoke: https://acme.example\nrules:\n  - id: acme-token\n" + Rule.Replace("EXAMPLE", "acme_<lower:99999999999>", StringComparison.Ordinal));
        Write("named/a.yaml", "provider: Acme\nrevoke: https://acme.example\nrules:\n  - id: \"Acme\\e[2J\"\n" + Rule);

        var own = await CliRun.StartAsync(_repository.Folder, null, "rules", "test", "own");
        var tooLong = await CliRun.StartAsync(_repository.Folder, null, "rules", "test", "long");
        var named = await CliRun.StartAsync(_repository.Folder, null, "rules", "test", "named");

        Assert.Equal((1, "acme-token: has an example that cannot be filled in (unknown placeholder <nothing>): acme_<nothing:12>\n1 rule, 1 fault\n"), (own.ExitCode, own.Output));
        Assert.Equal(1, tooLong.ExitCode);
        Assert.Equal(2, named.ExitCode);
        Assert.Contains("named/a.yaml:4: 'id' is lower-case letters, digits and single hyphens", named.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_NamesWithTerminalCommands_AreWrittenOut()
    {
        var name = $"evil{Escape}[2J.ini";
        _repository.Commit("Leak", (name, $"token={Token}\n"));
        var blob = _repository.Git("rev-parse", $"HEAD:{name}").Trim();

        var csv = await CliRun.ScanAsync(_repository.Folder, "--history", "--format", "csv");
        File.Delete(Path.Combine(_repository.GitDirectory, "objects", blob[..2], blob[2..]));
        var damaged = await CliRun.ScanAsync(_repository.Folder, "--history", "--format", "json", "--output", Path.Combine(_outside.FullName, "r.json"), "--no-cache");
        var missing = await CliRun.ScanAsync(_repository.Folder, $"none{Escape}[2J");

        Assert.All([csv, damaged, missing], run => Assert.DoesNotContain(Escape, run.Output + run.Error, StringComparison.Ordinal));
        Assert.Contains("evil\\x1b[2J.ini,1,7", csv.Output, StringComparison.Ordinal);
        Assert.Contains($"Content {blob} (evil\\x1b[2J.ini) cannot be read", damaged.Error, StringComparison.Ordinal);
    }

    private void Write(string path, string content)
    {
        var file = Path.Combine(_repository.Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content, new UTF8Encoding(false));
    }
}
