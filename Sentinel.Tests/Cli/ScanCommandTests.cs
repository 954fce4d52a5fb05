using System.Diagnostics;
using System.Text.Json;
using NJsonSchema;
using Sentinel.Scanning;
using Sentinel.Tests.EndToEnd;
using Sentinel.Tests.Scanning.Secrets;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Cli;

/// <summary>What scripts rely on: exit codes, formats, where the report goes, and that a secret is never shown.</summary>
public sealed class ScanCommandTests : IDisposable
{
    private static readonly string Token = SampleExpander.Expand(RuleCatalog.Find("github-pat")!.Examples[0], "cli").Split('=')[1];

    private readonly string _folder = Directory.CreateTempSubdirectory("sentinel-test-cli-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Scan_NothingToFind_IsZero()
    {
        Write("notes.txt", "Nothing here.\n");

        var run = await CliRun.ScanAsync(_folder, ".");

        Assert.Equal((0, "No findings in 1 files.\n", ""), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public async Task Scan_Findings_AreOneAndWorstFirst()
    {
        Write("settings.ini", $"token={Token}\n");
        Write("Dockerfile", DefectiveFiles.Dockerfile);

        var run = await CliRun.ScanAsync(_folder, _folder);

        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("Critical  settings.ini:1:7  github-pat\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("Dockerfile:1:", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Output);
    }

    [Theory]
    [InlineData("info", 1)]
    [InlineData("medium", 1)]
    [InlineData("high", 0)]
    [InlineData("Critical", 0)]
    public async Task Scan_FailOn_DecidesTheExitCodeAlone(string threshold, int expected)
    {
        Write("Dockerfile", "FROM debian:latest\nUSER 1000\n");

        var run = await CliRun.ScanAsync(_folder, ".", "--fail-on", threshold);

        Assert.Equal(expected, run.ExitCode);
        Assert.Contains("dockerfile-unpinned-image", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scan_Sarif_IsValidAndNeverHoldsTheSecret()
    {
        Write("settings.ini", $"token={Token}\n");
        Write(".github/workflows/greet.yml", DefectiveFiles.Workflow);

        var run = await CliRun.ScanAsync(_folder, ".", "--format", "sarif", "--output", "report.sarif");

        Assert.Equal((1, "", ""), (run.ExitCode, run.Output, run.Error));
        var sarif = await File.ReadAllTextAsync(Path.Combine(_folder, "report.sarif"), Cancellation);
        Assert.DoesNotContain(Token[10..22], sarif, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(sarif);
        Assert.Equal(["github-pat", "template-injection"], document.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray().Select(r => r.GetProperty("ruleId").GetString()).Order());
        var schema = await JsonSchema.FromJsonAsync(await File.ReadAllTextAsync(SharedFiles.Require("schemas", "sarif", "sarif-schema-2.1.0.oasis.json"), Cancellation), Cancellation);
        Assert.Empty(schema.Validate(sarif));
    }

    [Theory]
    [InlineData("table")]
    [InlineData("json")]
    [InlineData("sarif")]
    public async Task Scan_AnyFormat_NeverShowsTheSecret(string format)
    {
        Write("settings.ini", $"token={Token}\n");

        var run = await CliRun.ScanAsync(_folder, ".", "--format", format);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("github-pat", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Token[10..22], run.Output + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scan_Json_IsTheSameEachTimeAndTheFingerprintHangsOnTheKey()
    {
        Write("settings.ini", $"token={Token}\n");

        var one = await CliRun.StartAsync(_folder, new string('a', 64), "scan", ".", "--format", "json");
        var again = await CliRun.StartAsync(_folder, new string('a', 64), "scan", ".", "--format", "json");
        var other = await CliRun.StartAsync(_folder, new string('b', 64), "scan", ".", "--format", "json");

        Assert.Equal(one, again);
        Assert.NotEqual(Fingerprint(one), Fingerprint(other));
    }

    [Fact]
    public async Task Scan_GitWorkTree_LeavesOutWhatGitIgnores()
    {
        Write(".gitignore", "ignored/\n");
        Write("ignored/settings.ini", $"token={Token}\n");
        Write("untracked.ini", $"token={Token}\n");
        using (var git = Process.Start(new ProcessStartInfo("git", ["init", "-q", _folder]))!) await git.WaitForExitAsync(Cancellation);

        var run = await CliRun.ScanAsync(_folder, ".");

        Assert.Contains("untracked.ini:1:", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ignored/", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scan_LinkOutOfTheFolder_IsNotFollowed()
    {
        Write("tree/notes.txt", "Nothing here.\n");
        Write("outside.ini", $"token={Token}\n");
        File.CreateSymbolicLink(Path.Combine(_folder, "tree", "link.ini"), Path.Combine(_folder, "outside.ini"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "tree", "loop"), _folder);

        var run = await CliRun.ScanAsync(_folder, "tree");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Not analysed: 2 (symlink)", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Scan_NameThatIsNoUtf8_IsNamedAndNotClean(bool inGit)
    {
        Shell("printf 'a = 1 and more' > $(printf 'bad\\377.ini'); printf 'b = 2 and more' > 'new\nline.ini'" + (inGit ? "; git init -q ." : ""));

        var run = await CliRun.ScanAsync(_folder, ".");
        Shell("rm bad*");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(inGit ? "Not analysed: 1 (unreadable), for instance bad\\xff.ini" : "Not analysed: 1 (unreadable), for instance bad\uFFFD.ini", run.Output, StringComparison.Ordinal);
        Assert.Contains("No findings in 2 files.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scan_PipesAndDevices_AreNotWaitedFor()
    {
        Shell("mkfifo Dockerfile pipe.ini");

        var run = await CliRun.ScanAsync(_folder, ".");

        Assert.Equal((0, "No findings in 2 files.\n"), (run.ExitCode, run.Output));
    }

    [Fact]
    public async Task Scan_OutputThatCannotBeWritten_IsSaidBeforeTheScan()
    {
        Write("settings.ini", $"token={Token}\n");

        var run = await CliRun.ScanAsync(_folder, ".", "--output", ".", "--report", "json=ok.json");

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("sentinel: .: the report cannot be written there", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, "ok.json")));
    }

    [Fact]
    public async Task Scan_LargeFiles_AreReadInPartsAndBinaryOnesListed()
    {
        Write("Dockerfile", "FROM scratch\n");
        await using (var binary = File.Create(Path.Combine(_folder, "large.bin"))) binary.SetLength(3L << 30);
        await using (var text = File.CreateText(Path.Combine(_folder, "large.sql")))
        {
            for (var i = 0; i < 400_000; i++) await text.WriteAsync($"insert into numbers values ({i});{(i == 390_000 ? $" -- {SecretScans.GitHubToken("large files")}" : "")}\n");
        }

        var run = await CliRun.ScanAsync(_folder, ".");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("large.sql:390001:", run.Output, StringComparison.Ordinal);
        Assert.Contains("large.bin", run.Output, StringComparison.Ordinal);
        Assert.Contains("binary", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { "nowhere" }, "nowhere: there is no such file or folder.")]
    [InlineData(new[] { ".", "--output", "no/such/folder/report.json" }, "no/such/folder")]
    public async Task Scan_BadArguments_AreTwoAndNamed(string[] arguments, string expected)
    {
        var run = await CliRun.ScanAsync(_folder, arguments);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("sentinel: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scan")]
    [InlineData("scan", ".", "--format", "xml")]
    [InlineData("scan", ".", "--fail-on", "awful")]
    [InlineData("scna", ".")]
    public async Task CommandLine_Misspelt_IsTwo(params string[] arguments)
    {
        var run = await CliRun.StartAsync(_folder, null, arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.NotEqual("", run.Error);
    }

    [Fact]
    public async Task Scan_KeyThatIsNone_IsNamedAndNotShown()
    {
        Write("notes.txt", "Nothing here.\n");

        var run = await CliRun.StartAsync(_folder, "not-a-key", "scan", ".");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("SENTINEL_FINGERPRINT_KEY must hold 64 hexadecimal digits", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("not-a-key", run.Error, StringComparison.Ordinal);
    }

    private void Shell(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { WorkingDirectory = _folder })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }

    private static string? Fingerprint(CliRun run)
    {
        using var json = JsonDocument.Parse(run.Output);
        return json.RootElement.GetProperty("findings")[0].GetProperty("fingerprint").GetString();
    }

    private void Write(string path, string text)
    {
        var full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
