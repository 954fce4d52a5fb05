using System.Diagnostics;
using System.Text.Json;
using Sentinel.Scanning.Policies;

namespace Sentinel.Tests.Cli;

/// <summary>Checking a policy, and scanning by one.</summary>
public sealed class PolicyCommandTests : IDisposable
{
    // One finding of medium severity and high confidence, and one of low severity.
    private const string Dockerfile = "FROM debian:latest\nRUN sudo true\nUSER 1000\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("sentinel-test-policy-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Check_SoundFile_IsZero()
    {
        Write(".sentinel.yml", "version: 1\nsuppressions:\n  - {rule: dockerfile-sudo, reason: Once., expires: 2020-01-31}\n");

        var run = await CliRun.StartAsync(_folder, null, "policy", "check");

        Assert.Equal(
            (0, ".sentinel.yml: no errors\n.sentinel.yml: the suppression of rule dockerfile-sudo ended on 2020-01-31 and has no effect: mend what it allowed, or delete it\n", ""),
            (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public async Task Check_Errors_AreToldWithFileLineAndColumn()
    {
        Write("other.yml", "version: 1\ngate:\n  severty: high\n  confidence: sure\n");

        var run = await CliRun.StartAsync(_folder, null, "policy", "check", "other.yml");

        Assert.Equal(
            (2, "", "sentinel: other.yml:3:3: gate has no key 'severty'. Did you mean severity?\nother.yml:4:15: gate.confidence is 'sure'. Write low, medium or high.\n"),
            (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public async Task Check_NoFile_IsAnErrorWithTheRemedy()
    {
        var run = await CliRun.StartAsync(_folder, null, "policy", "check");
        var named = await CliRun.StartAsync(_folder, null, "policy", "check", "missing.yml");

        Assert.Equal((2, "sentinel: There is no .sentinel.yml in this folder. Name a file, or write one: docs/policy.md shows what it can say.\n"), (run.ExitCode, run.Error));
        Assert.Equal((2, "sentinel: missing.yml: there is no such file.\n"), (named.ExitCode, named.Error));
    }

    [Fact]
    public async Task Check_FileOfOneMebibyteOrLink_IsRefused()
    {
        Write(".sentinel.yml", "version: 1\n#" + new string('x', 3 * 1024 * 1024));
        var large = await CliRun.StartAsync(_folder, null, "policy", "check");
        File.Delete(Path.Combine(_folder, ".sentinel.yml"));
        Write("elsewhere.yml", "version: 1\n");
        File.CreateSymbolicLink(Path.Combine(_folder, ".sentinel.yml"), "elsewhere.yml");
        var link = await CliRun.StartAsync(_folder, null, "policy", "check");

        Assert.Equal(2, large.ExitCode);
        Assert.StartsWith("sentinel: .sentinel.yml:1:1: The file has 3 MiB; a policy has at most 64 KiB.", large.Error, StringComparison.Ordinal);
        Assert.Equal((2, "sentinel: .sentinel.yml:1:1: The file is a link, and links are not followed. Put the policy itself there.\n"), (link.ExitCode, link.Error));
    }

    [Fact]
    public async Task Schema_Printed_IsTheOneThatIsPublished()
    {
        var run = await CliRun.StartAsync(_folder, null, "policy", "schema");

        Assert.Equal((0, PolicySchema.Json, ""), (run.ExitCode, run.Output, run.Error));
    }

    [Theory]
    [InlineData("gate: {severity: critical}", 0, "0 of 2 findings block (severity critical, confidence medium)")]
    [InlineData("gate: {severity: medium}", 1, "1 of 2 findings block (severity medium, confidence medium)")]
    [InlineData("gate: {severity: none}", 0, "0 of 2 findings block (severity none)")]
    public async Task Scan_Gate_DecidesTheExitCode(string gate, int expected, string note)
    {
        Write("Dockerfile", Dockerfile);
        Write(".sentinel.yml", $"version: 1\n{gate}\n");

        var run = await CliRun.ScanAsync(_folder, ".");

        Assert.Equal(expected, run.ExitCode);
        Assert.Contains($"Note: .sentinel.yml decides: {note}.\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scan_FailOnOrNoPolicy_IsStrongerThanTheFile()
    {
        Write("Dockerfile", Dockerfile);
        Write(".sentinel.yml", "version: 1\ngate: {severity: none}\npaths: {exclude: [Dockerfile]}\n");

        Assert.Equal(0, (await CliRun.ScanAsync(_folder, ".", "--fail-on", "low")).ExitCode);
        Assert.Equal(1, (await CliRun.ScanAsync(_folder, ".", "--no-policy")).ExitCode);
        Write(".sentinel.yml", "version: 1\ngate: {severity: none}\n");
        Assert.Equal(1, (await CliRun.ScanAsync(_folder, ".", "--fail-on", "low")).ExitCode);
    }

    [Fact]
    public async Task Scan_WhatDoesNotCount_IsToldWithTheReason()
    {
        Write("Dockerfile", Dockerfile);
        Write("vendor/Dockerfile", Dockerfile);
        Write(
            ".sentinel.yml",
            "version: 1\ngate: {severity: low}\npaths: {exclude: [vendor/]}\nsuppressions:\n  - {rule: dockerfile-sudo, reason: The image needs it.}\n  - {rule: dockerfile-unpinned-image, reason: Over., expires: 2020-01-31}\n  - {rule: dockerfile-exposed-ssh, path: lib/, reason: Gone.}\n");

        var run = await CliRun.ScanAsync(_folder, ".", "--format", "json");

        Assert.Equal(1, run.ExitCode);
        using var report = JsonDocument.Parse(run.Output);
        Assert.Equal(["dockerfile-unpinned-image Dockerfile"], Rules(report, "findings"));
        Assert.Equal(["dockerfile-sudo Dockerfile", "dockerfile-sudo vendor/Dockerfile", "dockerfile-unpinned-image vendor/Dockerfile"], Rules(report, "suppressed").Order(StringComparer.Ordinal));
        Assert.Equal(
            [".sentinel.yml paths: The policy does not count findings here.", ".sentinel.yml suppressions: The image needs it."],
            report.RootElement.GetProperty("suppressed").EnumerateArray().Select(f => f.GetProperty("suppression")).Select(s => $"{s.GetProperty("source")}: {s.GetProperty("reason")}").Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(
            [
                ".sentinel.yml decides: 1 of 1 findings block (severity low, confidence medium).",
                ".sentinel.yml: the suppression of rule dockerfile-unpinned-image ended on 2020-01-31 and has no effect: mend what it allowed, or delete it.",
                ".sentinel.yml: the suppression of rule dockerfile-exposed-ssh at lib/ matches nothing any more; delete it.",
            ],
            report.RootElement.GetProperty("notes").EnumerateArray().Select(n => n.GetString()));
    }

    [Fact]
    public async Task Scan_PolicyWithErrors_IsAnErrorAndNothingIsScanned()
    {
        Write("Dockerfile", Dockerfile);
        Write(".sentinel.yml", "version: 1\ngate: &gate {severity: none}\n");

        var run = await CliRun.ScanAsync(_folder, ".");

        Assert.Equal(
            (2, "", "sentinel: .sentinel.yml:2:7: The anchor '&gate' is not allowed. Delete it.\nNothing was scanned: mend the policy, or scan with --no-policy.\n"),
            (run.ExitCode, run.Output, run.Error));
        Assert.Equal(1, (await CliRun.ScanAsync(_folder, ".", "--no-policy")).ExitCode);
    }

    [Fact]
    public async Task Scan_BothFiles_AreAnError()
    {
        Write(".sentinel.yml", "version: 1\n");
        Write(".sentinel.yaml", "version: 1\n");

        Assert.Equal((2, "sentinel: .sentinel.yml:1:1: There is also a file .sentinel.yaml. Keep one of the two.\nNothing was scanned: mend the policy, or scan with --no-policy.\n"),
            await CliRun.ScanAsync(_folder, ".") is var run ? (run.ExitCode, run.Error) : default);
    }

    [Fact]
    public async Task Scan_BranchThatLoosensItsPolicy_IsJudgedByTheBase()
    {
        Write(".sentinel.yml", "version: 1\ngate: {severity: medium}\n");
        await GitAsync("init", "-q", "-b", "main");
        await CommitAsync();
        await GitAsync("checkout", "-q", "-b", "change");
        Write("Dockerfile", Dockerfile);
        Write(".sentinel.yml", "version: 1\ngate:\n  severity: none\nsuppressions:\n  - {rule: dockerfile-unpinned-image, reason: Later.}\n");
        await CommitAsync();
        // The base moves on; what decides is where the branch left it.
        await GitAsync("checkout", "-q", "main");
        Write(".sentinel.yml", "version: 1\ngate: {severity: none}\n");
        await CommitAsync();
        await GitAsync("checkout", "-q", "change");

        var since = await CliRun.ScanAsync(_folder, "--since", "main", "--format", "json");
        var history = await CliRun.ScanAsync(_folder, "--history");

        Assert.Equal(1, since.ExitCode);
        using var report = JsonDocument.Parse(since.Output);
        Assert.Equal(["dockerfile-sudo Dockerfile", "dockerfile-unpinned-image Dockerfile", "policy-loosened .sentinel.yml"], Rules(report, "findings").Order(StringComparer.Ordinal));
        Assert.Equal(
            "The policy lets more pass than the one before it: gate.severity medium -> none; new suppression of rule dockerfile-unpinned-image. The policy of the base decides this check.",
            report.RootElement.GetProperty("findings").EnumerateArray().Single(f => f.GetProperty("rule").GetString() == "policy-loosened").GetProperty("message").GetString());
        Assert.Contains("2 of 3 findings block (severity medium, confidence medium)", report.RootElement.GetProperty("notes")[0].GetString()!, StringComparison.Ordinal);
        Assert.Equal(0, history.ExitCode);
    }

    [Fact]
    public async Task Scan_StagedFiles_AreJudgedByHead()
    {
        Write(".sentinel.yml", "version: 1\ngate: {severity: medium}\n");
        await GitAsync("init", "-q", "-b", "main");
        await CommitAsync();
        Write(".sentinel.yml", "version: 1\ngate: {severity: none}\n");
        Write("Dockerfile", Dockerfile);
        await GitAsync("add", ".");

        Assert.Equal(1, (await CliRun.ScanAsync(_folder, "--staged")).ExitCode);
    }

    /// <summary>The parser of YAML is taken away: where there is no policy nobody misses it.</summary>
    [Fact]
    public async Task Scan_WithoutPolicy_LoadsNothingThatReadsYaml()
    {
        var tool = Directory.CreateDirectory(Path.Combine(_folder, "tool")).FullName;
        foreach (var file in new[] { "sentinel.dll", "sentinel.runtimeconfig.json", "Sentinel.Scanning.dll", "Sentinel.Git.dll", "System.CommandLine.dll", "System.IO.Hashing.dll", "Tomlyn.dll" })
            File.Copy(Path.Combine(AppContext.BaseDirectory, file), Path.Combine(tool, file));
        Write("code/notes.txt", "Nothing here.\n");

        var without = await RunAsync(tool);
        Write("code/.sentinel.yml", "version: 1\n");
        var with = await RunAsync(tool);

        Assert.Equal((0, "No findings in 1 files.\n"), without);
        Assert.NotEqual(0, with.ExitCode);
    }

    private static IEnumerable<string> Rules(JsonDocument report, string list) =>
        report.RootElement.GetProperty(list).EnumerateArray().Select(f => $"{f.GetProperty("rule")} {f.GetProperty("path")}");

    private async Task<(int ExitCode, string Output)> RunAsync(string tool)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(tool, "sentinel.dll"), "scan", "code", "--no-cache"])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SENTINEL_FINGERPRINT_KEY"] = new string('7', 64);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await error;
        return (process.ExitCode, output);
    }

    private async Task CommitAsync()
    {
        await GitAsync("add", ".");
        await GitAsync("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "change");
    }

    private async Task GitAsync(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = _folder })!;
        await git.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, git.ExitCode);
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
