using Sentinel.Scanning;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Scanning;

namespace Sentinel.Tests.Cli;

/// <summary>What is known is told but does not count; rules of one's own are used; bad files are named.</summary>
public sealed class BaselineCommandTests : IDisposable
{
    private static readonly string Token = SampleExpander.Expand(RuleCatalog.Find("github-pat")!.Examples[0], "baseline").Split('=')[1];
    private static readonly string Other = SampleExpander.Expand(RuleCatalog.Find("github-pat")!.Examples[0], "news").Split('=')[1];

    private readonly TestRepository _repository = TestRepository.Create();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("json")]
    [InlineData("gitleaks")]
    public async Task Baseline_OfItsOwnReport_HidesWhatWasThere(string format)
    {
        Write("a.ini", $"token={Token}\n");
        var baseline = Path.Combine(_repository.GitDirectory, "baseline.json");
        Assert.Equal(1, (await CliRun.ScanAsync(_repository.Folder, ".", "--format", format, "--output", baseline)).ExitCode);

        var known = await CliRun.ScanAsync(_repository.Folder, ".", "--baseline", baseline);
        Write("b.ini", $"token={Other}\n");
        var more = await CliRun.ScanAsync(_repository.Folder, ".", "--baseline", baseline);

        Assert.Equal(0, known.ExitCode);
        Assert.Contains("Not counted: 1 (baseline), for instance a.ini:1:7", known.Output, StringComparison.Ordinal);
        Assert.Equal(1, more.ExitCode);
        Assert.Contains("b.ini:1:7", more.Output, StringComparison.Ordinal);
        Assert.Contains("1 findings in 2 files", more.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Baseline_OfGitleaks_HidesByValueWhereverItStands()
    {
        Write("moved.ini", $"# moved\n\ntoken={Token}\n");
        var baseline = Path.Combine(_repository.GitDirectory, "baseline.json");
        await File.WriteAllTextAsync(
            baseline, $$"""[{"RuleID": "github-pat-of-gitleaks", "File": "old.ini", "StartLine": 1, "Secret": "{{Token}}", "Commit": "{{new string('1', 40)}}"}]""", TestContext.Current.CancellationToken);

        var run = await CliRun.ScanAsync(_repository.Folder, ".", "--baseline", baseline);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Not counted: 1 (baseline)", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Baseline_MadeWithAnotherKey_IsRefused()
    {
        Write("a.ini", $"token={Token}\n");
        var baseline = Path.Combine(_repository.GitDirectory, "baseline.json");
        await CliRun.ScanAsync(_repository.Folder, ".", "--format", "json", "--output", baseline);

        var run = await CliRun.StartAsync(_repository.Folder, new string('8', 64), "scan", ".", "--baseline", baseline);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains("another fingerprint key", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Baseline_Malformed_NamesFileAndLine()
    {
        Write("a.json", "[\n{\"RuleID\": \n]\n");
        Write("b.json", "{}");

        var broken = await CliRun.ScanAsync(_repository.Folder, ".", "--baseline", "a.json");
        var other = await CliRun.ScanAsync(_repository.Folder, ".", "--baseline", "b.json");
        var missing = await CliRun.ScanAsync(_repository.Folder, ".", "--baseline", "c.json");

        Assert.Equal((2, 2, 2), (broken.ExitCode, other.ExitCode, missing.ExitCode));
        Assert.Contains("a.json, line 3:", broken.Error, StringComparison.Ordinal);
        Assert.Contains("b.json: this is no report", other.Error, StringComparison.Ordinal);
        Assert.Contains("c.json: there is no such file", missing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IgnoreFile_Entries_HideAndStaleOnesAreNamed()
    {
        var commit = _repository.Commit("Leak", ("a.ini", $"token={Token}\n"), ("b.ini", $"token={Other}\n"));
        _repository.Commit("Change", ("a.ini", $"# more\ntoken={Token}\n"));
        Write(".gitleaksignore", $"# known\n{commit}:a.ini:github-pat:1\nb.ini:a-rule-of-gitleaks:1\nb.ini:aws-access-key-id:1\nnonsense\n");

        var folder = await CliRun.ScanAsync(_repository.Folder, ".");
        var history = await CliRun.ScanAsync(_repository.Folder, "--history");

        Assert.Equal((1, 0), (folder.ExitCode, history.ExitCode));
        Assert.Contains("a.ini:2:7", folder.Output, StringComparison.Ordinal);
        Assert.Contains("Not counted: 1 (.gitleaksignore), for instance b.ini:1:7", folder.Output, StringComparison.Ordinal);
        Assert.Contains("Not counted: 3 (.gitleaksignore)", history.Output, StringComparison.Ordinal);
        Assert.Contains("Note: .gitleaksignore, line 4: matches nothing any more", history.Output, StringComparison.Ordinal);
        Assert.Contains("Note: .gitleaksignore, line 5: not read", history.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("line 2", folder.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AllowComment_Finding_IsToldButDoesNotCount()
    {
        Write("a.ini", $"token={Token} # sentinel:allow a sample for the documentation\n");

        var run = await CliRun.ScanAsync(_repository.Folder, ".");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Not counted: 1 (sentinel:allow)", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GitleaksConfig_RuleOfTheUser_IsRunAndNamedInSarif()
    {
        Write("a.ini", "code = acme-0123456789\n");
        Write("rules.toml", "title = \"own\"\n[[rules]]\nid = \"acme-code\"\ndescription = \"Acme code\"\nregex = '''acme-[0-9]{10}'''\nkeywords = [\"acme-\"]\n");

        var run = await CliRun.ScanAsync(_repository.Folder, "a.ini", "--gitleaks-config", "rules.toml", "--format", "sarif");
        var missing = await CliRun.ScanAsync(_repository.Folder, ".", "--gitleaks-config", "none.toml");
        Write("broken.toml", "[[rules]\n");
        var broken = await CliRun.ScanAsync(_repository.Folder, ".", "--gitleaks-config", "broken.toml");

        Write("rules.toml", "[[rules]]\nid = \"dockerfile-root-user\"\ndescription = \"Acme code\"\nregex = '''acme-[0-9]{10}'''\n");
        var namesake = await CliRun.ScanAsync(_repository.Folder, "a.ini", "--gitleaks-config", "rules.toml");

        Assert.Equal((1, 1), (run.ExitCode, namesake.ExitCode));
        Assert.Contains("\"ruleId\": \"acme-code\"", run.Output, StringComparison.Ordinal);
        Assert.Contains("none.toml: there is no such file", missing.Error, StringComparison.Ordinal);
        Assert.Equal((2, ""), (broken.ExitCode, broken.Output));
        Assert.Contains("broken.toml", broken.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_FolderOfTheUser_AreAdded()
    {
        Write("a.ini", "code = acme_93b7f0c2e85a1d46\n");
        Directory.CreateDirectory(Path.Combine(_repository.Folder, "rules"));
        Write("rules/acme.yaml", """
            provider: Acme
            revoke: https://acme.example/codes
            rules:
              - id: acme-code
                title: Acme code
                severity: high
                confidence: high
                keywords: ['acme_']
                pattern: '\b(acme_[0-9a-f]{16})\b'
                references: ['https://acme.example/codes']
                examples: ['code = acme_<hex:16>']
                negative_examples: ['code = acme_<hex:15>']

            """);

        var run = await CliRun.ScanAsync(_repository.Folder, "a.ini", "--rules", "rules");
        var none = await CliRun.ScanAsync(_repository.Folder, "a.ini", "--rules", "nowhere");
        Write("rules/acme.yaml", "- id: acme-code\n  pattern: '('\n");
        var broken = await CliRun.ScanAsync(_repository.Folder, "a.ini", "--rules", "rules");

        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.Contains("acme-code", run.Output, StringComparison.Ordinal);
        Assert.Contains("--rules nowhere: there is no such folder", none.Error, StringComparison.Ordinal);
        Assert.Equal(2, broken.ExitCode);
        Assert.Contains("acme.yaml", broken.Error, StringComparison.Ordinal);
    }

    private void Write(string path, string text) => File.WriteAllText(Path.Combine(_repository.Folder, path), text);
}
