using System.CommandLine;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Sentinel.Cli;
using Sentinel.Scanning;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Scanning;
using Sentinel.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Sentinel.Tests.Cli;

/// <summary>What others build on: the page of the command line, the action, the hook.</summary>
public sealed partial class PublishedFilesTests : IDisposable
{
    private readonly TestRepository _repository = TestRepository.Create();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Page_EveryOption_IsDescribedAndNoOther()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(SharedFiles.RepositoryRoot, "docs", "cli.md"), Cancellation);
        var own = page[..page.IndexOf("## Moving from gitleaks", StringComparison.Ordinal)];
        var options = ScanCommand.Create().Options.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(options.Order(StringComparer.Ordinal), LongOption().Matches(own).Select(m => m.Value).Where(o => !Foreign.Contains(o)).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Action_Scripts_TakeInputsFromVariablesAlone()
    {
        var steps = Steps();

        Assert.All(steps.Select(s => s["run"]).OfType<string>(), run => Assert.DoesNotContain("${{", run, StringComparison.Ordinal));
        Assert.All(steps.Select(s => s["uses"]).OfType<string>(), uses => Assert.Matches("@[0-9a-f]{40}$", uses));
        Assert.Equal(3, steps.Count);
    }

    [Fact]
    public void Action_Build_ObeysNoSettingsOfTheScannedFolder()
    {
        var builds = Steps().Where(s => s["run"]?.Contains("dotnet publish", StringComparison.Ordinal) == true).ToArray();

        Assert.Equal("${{ github.action_path }}", Assert.Single(builds)["working-directory"]);
    }

    [Theory]
    [InlineData("history", 1)]
    [InlineData("folder", 0)]
    [InlineData("since", 0)]
    [InlineData("$(touch here)", 2)]
    public async Task Action_Scan_WritesSarifAndPassesTheExitCodeOn(string mode, int expected)
    {
        var token = SampleExpander.Expand(RuleCatalog.Find("github-pat")!.Examples[0], "action").Split('=')[1];
        _repository.Commit("Leak", ("a.ini", $"token={token}\n"));
        _repository.Commit("Hide", ("a.ini", "nothing = 1\n"));
        var outputs = Path.Combine(_repository.GitDirectory, "outputs");
        var tool = Directory.CreateDirectory(Path.Combine(_repository.GitDirectory, "runner"));
        Directory.CreateSymbolicLink(Path.Combine(tool.FullName, "sentinel"), AppContext.BaseDirectory);
        var sarif = Path.Combine(_repository.GitDirectory, "it's a report.sarif");
        var start = new ProcessStartInfo("bash", ["-e", "-c", Steps().Select(s => s["run"]).OfType<string>().Last()])
        {
            WorkingDirectory = _repository.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in new[]
        {
            ("SCAN_MODE", mode), ("SCAN_PATH", "."), ("SCAN_SINCE", "HEAD~1"), ("SCAN_FAIL_ON", "low"), ("SCAN_BASELINE", ""), ("SCAN_GITLEAKS_CONFIG", ""), ("SCAN_REDACT", "true"),
            ("SCAN_SARIF", sarif), ("SENTINEL_FINGERPRINT_KEY", new string('7', 64)), ("RUNNER_TEMP", tool.FullName), ("GITHUB_OUTPUT", outputs),
        })
            start.Environment[name] = value;
        using var bash = Process.Start(start)!;
        var output = await bash.StandardOutput.ReadToEndAsync(Cancellation) + await bash.StandardError.ReadToEndAsync(Cancellation);
        await bash.WaitForExitAsync(Cancellation);

        Assert.True(expected == bash.ExitCode, output);
        Assert.Equal(expected < 2, File.Exists(sarif));
        if (expected < 2) Assert.Equal($"sarif-file={sarif}\nexit-code={expected}\n", await File.ReadAllTextAsync(outputs, Cancellation));
        // What is printed between the two lines is no command to the runner.
        if (expected < 2) Assert.Matches("^::stop-commands::([0-9a-f]{32})\n[^:][\\s\\S]*\n::\\1::\n$", output);
        Assert.DoesNotContain(token[..4], output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_repository.Folder, "here")));
    }

    [Fact]
    public async Task Action_ScannedBySentinel_HasNoDefect()
    {
        var run = await CliRun.ScanAsync(SharedFiles.RepositoryRoot, "action.yml", "--fail-on", "info");

        Assert.Equal((0, "No findings in 1 files.\n"), (run.ExitCode, run.Output));
    }

    [Fact]
    public async Task Hook_Entry_RunsTheScan()
    {
        var hook = (YamlMappingNode)((YamlSequenceNode)Yaml(".pre-commit-hooks.yaml")).Children.Single();
        var entry = ((YamlScalarNode)hook.Children["entry"]).Value!.Split(' ');

        Assert.Equal("sentinel", entry[0]);
        Assert.Equal(0, (await CliRun.StartAsync(_repository.Folder, null, entry[1..])).ExitCode);
    }

    private static readonly HashSet<string> Foreign = new(StringComparer.Ordinal) { "--unshallow" };

    private static List<Dictionary<string, string?>> Steps()
    {
        var runs = (YamlMappingNode)((YamlMappingNode)Yaml("action.yml")).Children["runs"];
        return [.. ((YamlSequenceNode)runs.Children["steps"]).Children.Cast<YamlMappingNode>().Select(step =>
            new[] { "run", "uses", "working-directory" }.ToDictionary(k => k, k => step.Children.TryGetValue(k, out var value) ? ((YamlScalarNode)value).Value : null))];
    }

    private static YamlNode Yaml(string file)
    {
        using var reader = new StreamReader(Path.Combine(SharedFiles.RepositoryRoot, file));
        var stream = new YamlStream();
        stream.Load(reader);
        return stream.Documents[0].RootNode;
    }

    [GeneratedRegex("(?<![\\w-])--[a-z][a-z-]+")]
    private static partial Regex LongOption();
}
