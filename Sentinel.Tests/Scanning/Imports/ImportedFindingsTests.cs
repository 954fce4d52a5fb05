using CsCheck;
using Sentinel.Scanning;
using Sentinel.Scanning.Imports;

namespace Sentinel.Tests.Scanning.Imports;

public sealed class ImportedFindingsTests
{
    private const string Letters = "aa\n\ré\0";

    private static readonly byte[] Key = new byte[32];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Of_LinesAboveAndOtherFile_KeepTheIdentity()
    {
        var one = Single("a.py", "x = 1\neval(y)\n", Result(2));
        var moved = Single("b.py", "# new\n# new\nx = 1\n    eval( y)\n".Replace("eval( y)", "eval(y)", StringComparison.Ordinal), Result(4));
        var other = Single("a.py", "x = 1\neval(z)\n", Result(2));

        Assert.Equal(one.FingerprintHash, moved.FingerprintHash);
        Assert.NotEqual(one.FingerprintHash, other.FingerprintHash);
    }

    [Fact]
    public void Of_WhatSentinelSeesThere_IsThatFindingWithAnotherReporter()
    {
        var secret = SampleExpander.Expand("ghp_<github-token>", "twin");
        var own = new Finding
        {
            RuleId = "github-pat",
            AnalyzerId = "secrets/patterns",
            Category = FindingCategory.Secret,
            Severity = Severity.Critical,
            Confidence = Confidence.High,
            Title = "t",
            Message = "m",
            Location = new Location("a.ini", new Region(1, 9, 1, 49)),
            FingerprintHash = new string('a', 64),
        };

        var found = ImportedFindings.Of(Run(FindingCategory.Secret), [Result(1)], "a.ini", SourceFile.FromText("a.ini", $"token = {secret}\n"), [own], Key, Cancellation)[0];

        Assert.Equal(own with { AnalyzerId = "sarif/tool" }, found);
    }

    [Fact]
    public void Of_WhatAComment_Allows_StaysAllowed()
    {
        var own = Single("a.py", "query(x)\n", Result(1), 89, "sentinel") with { Suppression = new Suppression("sentinel:allow", "Only tests.") };

        Assert.Empty(ImportedFindings.Of(Run(FindingCategory.Code, 89), [Result(1)], "a.py", SourceFile.FromText("a.py", "query(x)\n"), [own], Key, Cancellation));
    }

    [Fact]
    public void Of_RuleForPasswords_IsHashedWithTheKeyAndHidden()
    {
        var file = SourceFile.FromText("a.py", "password = 'hunter2'\n");
        var found = ImportedFindings.Of(Run(FindingCategory.Code, 259), [Result(1)], "a.py", file, [], Key, Cancellation)[0];
        var other = ImportedFindings.Of(Run(FindingCategory.Code, 259), [Result(1)], "a.py", file, [], Enumerable.Repeat((byte)1, 32).ToArray(), Cancellation)[0];

        Assert.NotEqual(found.FingerprintHash, other.FingerprintHash);
        Assert.DoesNotContain("hunter2", found.Snippet, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(89, 89, true)]
    [InlineData(89, 79, false)]
    [InlineData(null, null, false)]
    public void Of_AnotherToolsFinding_IsTheSameWhenPlaceAndWeaknessAre(int? theirs, int? ours, bool same)
    {
        var theirFinding = Single("a.py", "query(x)\n", Result(1), theirs, "other");

        var found = ImportedFindings.Of(Run(FindingCategory.Code, ours), [Result(1)], "a.py", SourceFile.FromText("a.py", "query(x)\n"), [theirFinding], Key, Cancellation)[0];

        Assert.Equal(same, found.FingerprintHash == theirFinding.FingerprintHash);
    }

    [Fact]
    public void Of_SecretThatSentinelDoesNotKnow_IsNeverShown()
    {
        const string Line = "launch = \"xk-horse-battery\"";
        var result = Result(1) with { Column = 11, EndColumn = 27 };

        var found = ImportedFindings.Of(Run(FindingCategory.Secret), [result], "a.ini", SourceFile.FromText("a.ini", $"before\n{Line}\nafter\n".Replace("before\n", "", StringComparison.Ordinal)), [], Key, Cancellation)[0];

        Assert.DoesNotContain("horse", found.Snippet + found.Message + found.MaskedPreview, StringComparison.Ordinal);
        Assert.Contains("after", found.Snippet, StringComparison.Ordinal);
        Assert.NotEqual(found.FingerprintHash, ImportedFindings.Of(Run(FindingCategory.Secret), [result], "a.ini", SourceFile.FromText("a.ini", Line), [], Enumerable.Repeat((byte)1, 32).ToArray(), Cancellation)[0].FingerprintHash);
    }

    [Fact]
    public void Of_PackagesOfOneLockFile_AreDifferentFindings()
    {
        var file = SourceFile.FromText("package-lock.json", "{\n}\n");
        var found = ImportedFindings.Of(
            Run(FindingCategory.Dependency), [Result(1) with { Message = "Package: lodash" }, Result(1) with { Message = "Package: minimist" }], file.Path, file, [], Key, Cancellation);

        Assert.Equal(2, found.Select(f => f.FingerprintHash).Distinct().Count());
    }

    [Fact]
    public void Of_AnyPlaceInAnyFile_GivesAPlaceInTheFile() =>
        Gen.Select(Gen.Int[0, Letters.Length - 1].Array[0, 60].Select(letters => string.Concat(letters.Select(i => Letters[i]))), Gen.Int[1, 30], Gen.Int[1, 30], Gen.Int[-2, 20], Gen.Int[-2, 20]).Sample(
            (text, line, last, column, end) =>
            {
                var file = SourceFile.FromText("f", text);
                var result = Result(line) with { EndLine = Math.Max(line, last), Column = column > 0 ? column : null, EndColumn = end > 0 ? end : null };
                foreach (var category in Enum.GetValues<FindingCategory>())
                {
                    var found = ImportedFindings.Of(Run(category), [result], "f", file, [], Key, CancellationToken.None)[0];
                    var region = found.Location.Region;
                    if (found.FingerprintHash.Length != 64 || region.StartLine < 1 || region.EndLine < region.StartLine || (region.EndLine == region.StartLine && region.EndColumn < region.StartColumn)) return false;
                    if (!file.IsBinary && region.EndLine > file.LineCount) return false;
                }
                return true;
            });

    [Fact]
    public async Task Of_OurOwnReport_GivesTheSameIdentities()
    {
        var source = SourceFile.FromText("Dockerfile", "FROM debian:latest\nRUN true\n");
        var engine = new ScanEngine(ScannerRegistration.Analyzers);
        var report = await engine.ScanAsync(new MemorySource().With(source.Path, source.Text), NoAnalysisCache.Instance, new ScanOptions { FingerprintKey = Key }, null, Cancellation);
        using var sarif = new MemoryStream();
        Sentinel.Scanning.Reporting.Sarif.Write(sarif, report, "1.0.0");
        sarif.Position = 0;

        var run = Assert.Single(await SarifReader.ReadAsync(sarif, null, Cancellation));
        var found = ImportedFindings.Of(run, run.Results, "Dockerfile", source, report.Findings, Key, Cancellation);

        Assert.NotEmpty(found);
        Assert.Equal(report.Findings.Select(f => (f.RuleId, f.FingerprintHash)).Order(), found.Select(f => (f.RuleId, f.FingerprintHash)).Order());
    }

    private static Finding Single(string path, string text, ImportedResult result, int? cwe = null, string tool = "tool") =>
        ImportedFindings.Of(Run(FindingCategory.Code, cwe, tool), [result], path, SourceFile.FromText(path, text), [], Key, Cancellation)[0];

    private static ImportedResult Result(int line) => new(0, Severity.High, "message", "a", line, null, line, null, null);

    private static ImportedRun Run(FindingCategory category, int? cwe = null, string tool = "tool") => new()
    {
        Tool = tool,
        Reporter = Reporters.Imported(tool, null),
        Rules = [new ImportedRule($"{tool}:r", "Title", category, Severity.High, Confidence.Medium, cwe, "", "", null)],
        Results = [],
        Ignored = 0,
        Placeless = 0,
    };
}
