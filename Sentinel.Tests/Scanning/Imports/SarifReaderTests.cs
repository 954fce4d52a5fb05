using System.Text;
using System.Text.Json;
using CsCheck;
using Sentinel.AiService.Explanations;
using Sentinel.Contracts.Ai;
using Sentinel.Scanning;
using Sentinel.Scanning.Imports;

namespace Sentinel.Tests.Scanning.Imports;

public sealed class SarifReaderTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_ResultOfADriversRule_TakesWhatBothSay()
    {
        var run = await ReadOneAsync(Sarif.Run("Semgrep OSS", """
            {"ruleId":"python.lang.eval","ruleIndex":0,"message":{"text":"Detected eval().\nUse a parser."},
             "locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/a%20b.py"},"region":{"startLine":3,"startColumn":5,"endLine":4,"endColumn":9}},
                           "logicalLocations":[{"fullyQualifiedName":"app.main"}]},{"physicalLocation":{"artifactLocation":{"uri":"other.py"}}}]}
            """, """
            {"id":"python.lang.eval","shortDescription":{"text":"eval of input"},"fullDescription":{"text":"Whoever sends the input runs code."},"help":{"text":"Parse it."},
             "helpUri":"https://semgrep.example/eval","defaultConfiguration":{"level":"error"},"properties":{"tags":["CWE-95: Eval Injection","security"],"precision":"very-high"}}
            """));

        Assert.Equal(("Semgrep OSS", "1.2.3", "sarif/semgrep-oss"), (run.Tool, run.ToolVersion, run.Reporter));
        Assert.Equal(
            new ImportedRule("semgrep-oss:python.lang.eval", "eval of input", FindingCategory.Code, Severity.High, Confidence.High, 95, "Whoever sends the input runs code.", "Parse it.", "https://semgrep.example/eval"),
            Assert.Single(run.Rules));
        Assert.Equal(new ImportedResult(0, Severity.High, "Detected eval(). Use a parser.", "src/a b.py", 3, 5, 4, 9, "app.main"), Assert.Single(run.Results));
    }

    [Fact]
    public async Task Read_RuleOfAnExtension_IsFoundByItsComponent()
    {
        // As CodeQL writes it: all rules are in packs.
        var run = await ReadOneAsync("""
            {"version":"2.1.0","runs":[{"tool":{"driver":{"name":"CodeQL","rules":[{"id":"wrong"}]},"extensions":[{"name":"x"},{"name":"codeql/javascript-queries",
              "rules":[{"id":"js/unused"},{"id":"js/sql-injection","name":"js/sql-injection","shortDescription":{"text":"Database query built from user input"},
                "properties":{"security-severity":"8.8","tags":["external/cwe/cwe-089","security"]}}]}]},
             "artifacts":[{"location":{"uri":"src/db.js","index":0}}],
             "results":[{"rule":{"id":"js/sql-injection","index":1,"toolComponent":{"index":1}},"ruleIndex":1,"message":{"text":"This query depends on a [user-provided value](1)."},
               "locations":[{"physicalLocation":{"artifactLocation":{"index":0},"region":{"startLine":9}}}]}]}]}
            """);

        var rule = Assert.Single(run.Rules);
        Assert.Equal(("codeql:js/sql-injection", 89, Severity.High), (rule.Id, rule.Cwe, rule.Severity));
        Assert.Equal(("src/db.js", 9, 9, "This query depends on a user-provided value."), (run.Results[0].Path, run.Results[0].Line, run.Results[0].EndLine, run.Results[0].Message));
    }

    [Theory]
    [InlineData("CVE-2021-23337", "trivy:CVE-2021-23337")]
    [InlineData("@acme/eslint/no-eval", "trivy:@acme/eslint/no-eval")]
    [InlineData("a rule: <b>of\\u0000</b> ours", "trivy:a-rule-b-of-/b-ours")]
    public async Task Read_AnyRuleId_IsOneThatCanBeAskedAbout(string given, string id)
    {
        var rule = (await ReadOneAsync(Sarif.Run("Trivy", Sarif.Result(given, "a", 1, "m"), $$$"""{"id":"{{{given}}}","help":{"text":"{{{new string('x', 20_000)}}}"}}"""))).Rules[0];

        Assert.Equal(id, rule.Id);
        var question = new ExplanationRequest(
            Guid.NewGuid(), Guid.NewGuid(), rule.Id, rule.Title, Contracts.Findings.FindingCategory.Code, Contracts.Findings.Severity.High, Contracts.Findings.Confidence.Low, null, "m", "a", 1, 1, "", 1,
            new Contracts.Findings.RuleGuidance(rule.Description, rule.Remediation, []));
        Assert.Empty(ExplanationRequestCheck.FaultsOf(question));
    }

    [Fact]
    public async Task Read_SecretScanner_KeepsNoSecret()
    {
        const string Secret = "s3cr3t-Value-9f8a7b6c5d4e";
        var run = await ReadOneAsync(Sarif.Run("gitleaks", $$$$$"""
            {"ruleId":"generic-api-key","message":{"text":"generic-api-key has detected {{{{{Secret}}}}} in file a.ini."},"properties":{"match":"{{{{{Secret}}}}}"},
             "partialFingerprints":{"commitSha":"x","secret":"{{{{{Secret}}}}}"},
             "locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.ini"},"region":{"startLine":1,"snippet":{"text":"{{{{{Secret}}}}}"}}}}]}
            """, """{"id":"generic-api-key","shortDescription":{"text":"A generic API key"}}"""));

        Assert.Equal(FindingCategory.Secret, Assert.Single(run.Rules).Category);
        Assert.DoesNotContain(Secret, JsonSerializer.Serialize(run), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_RuleForPasswords_KeepsNoMessage()
    {
        // As Bandit writes it: no kind of secret that Sentinel could know.
        var run = await ReadOneAsync(Sarif.Run("Bandit", Sarif.Result("B105", "a.py", 1, "Possible hardcoded password: 'hunter2'"), """{"id":"B105","name":"hardcoded_password_string","properties":{"tags":["security","external/cwe/cwe-259"]}}"""));

        Assert.Equal((FindingCategory.Code, "hardcoded_password_string."), (run.Rules[0].Category, run.Results[0].Message));
    }

    [Theory]
    [InlineData("""{"version":"2.1.0","runs":[null]}""")]
    [InlineData("""{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[null]}]}""")]
    [InlineData("""{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x","rules":[null]}}}]}""")]
    [InlineData("""{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"},"extensions":[null]}}]}""")]
    [InlineData("""{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"artifacts":[null]}]}""")]
    [InlineData("""{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"suppressions":[null]}]}]}""")]
    public async Task Read_NullInAList_IsRefused(string text) => await Assert.ThrowsAsync<SarifException>(() => ReadAsync(text));

    [Fact]
    public async Task Read_NullsElsewhere_AreNothing()
    {
        var run = await ReadOneAsync("""
            {"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x","rules":[{"id":"r","messageStrings":{"a":null},"properties":null,"help":null}]},"extensions":null},"originalUriBaseIds":{"A":null,"B":{"uri":null,"uriBaseId":"A"}},
              "results":[{"ruleId":"r","message":{"id":"a"},"locations":[null]},{"ruleId":"r","message":null,"locations":[{"physicalLocation":{"artifactLocation":{"uri":"/a/b.c","uriBaseId":"B"},"region":null},"logicalLocations":[null]}]}]}]}
            """);

        Assert.Equal((1, "/a/b.c"), (run.Placeless, Assert.Single(run.Results).Path));
    }

    [Fact]
    public async Task Read_MessageWithAKnownSecret_MasksIt()
    {
        var secret = SampleExpander.Expand("ghp_<github-token>", "import");

        var run = await ReadOneAsync(Sarif.Run("Linter", Sarif.Result("r", "a.py", 1, $"hard-coded token {secret}")));

        Assert.DoesNotContain(secret, run.Results[0].Message, StringComparison.Ordinal);
        Assert.StartsWith("hard-coded token ", run.Results[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind":"pass"}""")]
    [InlineData("""{"kind":"notApplicable"}""")]
    [InlineData("""{"baselineState":"absent"}""")]
    [InlineData("""{"suppressions":[{"kind":"inSource"}]}""")]
    [InlineData("""{"suppressions":[{"kind":"external","status":"accepted"}]}""")]
    public async Task Read_ResultThatIsNoDefect_IsIgnored(string extra)
    {
        var run = await ReadOneAsync(Sarif.Run("Linter", Sarif.With(Sarif.Result("r", "a.py", 1, "x"), extra)));

        Assert.Empty(run.Results);
        Assert.Equal(1, run.Ignored);
    }

    [Theory]
    [InlineData("""{"kind":"fail"}""")]
    [InlineData("""{"kind":"review"}""")]
    [InlineData("""{"suppressions":[{"kind":"external","status":"rejected"}]}""")]
    [InlineData("""{"suppressions":[]}""")]
    public async Task Read_ResultThatIsADefect_Counts(string extra) =>
        Assert.Single((await ReadOneAsync(Sarif.Run("Linter", Sarif.With(Sarif.Result("r", "a.py", 1, "x"), extra)))).Results);

    [Theory]
    [InlineData("src/a.py", null, "src/a.py")]
    [InlineData("./src/a.py", null, "src/a.py")]
    [InlineData("src\\\\a.py", null, "src/a.py")]
    [InlineData("a.py", """{"SRCROOT":{"uri":"file:///home/ci/shop/"},"SUB":{"uri":"src/","uriBaseId":"SRCROOT"}}""", "src/a.py")]
    [InlineData("file:///home/ci/shop/src/a.py", """{"SRCROOT":{"uri":"file:///home/ci/shop/"}}""", "src/a.py")]
    [InlineData("file:///home/ci/shop/src/a.py", null, "/home/ci/shop/src/a.py")]
    [InlineData("/home/ci/shop/src/a.py", null, "/home/ci/shop/src/a.py")]
    [InlineData("a.py", """{"SUB":{"uri":"x/","uriBaseId":"SUB"}}""", "x/x/x/x/x/a.py")]
    public async Task Read_Location_IsBelowTheSourcesRootWhereThatIsKnown(string uri, string? bases, string path)
    {
        var result = $$$$$"""{"ruleId":"r","message":{"text":"x"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"{{{{{uri}}}}}","uriBaseId":"SUB"}}}]}""";
        var run = await ReadOneAsync($$$$$"""{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"t"}},{{{{{(bases is null ? "" : $"\"originalUriBaseIds\":{bases},")}}}}}"results":[{{{{{result}}}}}]}]}""");

        Assert.Equal(path, Assert.Single(run.Results).Path);
    }

    [Theory]
    [InlineData("", "line 1")]
    [InlineData("null", "nothing")]
    [InlineData("[]", "not SARIF")]
    [InlineData("{}", "2.1.0")]
    [InlineData("""{"version":"2.0.0","runs":[]}""", "2.0.0")]
    [InlineData("""{"version":"2.1.0"}""", "no run")]
    [InlineData("""{"version":"2.1.0","runs":[]}""", "no run")]
    [InlineData("""{"version":"2.1.0","runs":[{}]}""", "runs[0].tool.driver.name")]
    [InlineData("""{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"  "}}}]}""", "runs[0].tool.driver.name")]
    [InlineData("""{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"locations":{}}]}]}""", "results[0].locations")]
    [InlineData("""{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"ruleIndex":"a"}]}]}""", "results[0].ruleIndex")]
    public async Task Read_NoSarif_SaysWhatAndWhere(string text, string part) =>
        Assert.Contains(part, (await Assert.ThrowsAsync<SarifException>(() => ReadAsync(text))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Read_TooMany_IsRefusedBeforeAllIsRead()
    {
        var results = string.Join(',', Enumerable.Repeat("{}", SarifReader.MaxItems + 1));
        Assert.Contains("25,000", (await Assert.ThrowsAsync<SarifException>(() => ReadAsync(Sarif.Run("x", results)))).Message, StringComparison.Ordinal);
        var runs = string.Join(',', Enumerable.Repeat("""{"tool":{"driver":{"name":"x"}}}""", SarifReader.MaxRuns + 1));
        Assert.Contains("21 runs", (await Assert.ThrowsAsync<SarifException>(() => ReadAsync($$"""{"version":"2.1.0","runs":[{{runs}}]}"""))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_ManyInAll_OrManyBases_AreRefused()
    {
        var results = string.Join(',', Enumerable.Repeat("{}", 20_000));
        var run = $$$"""{"tool":{"driver":{"name":"x"}},"results":[{{{results}}}]}""";
        Assert.Contains("50,000", (await Assert.ThrowsAsync<SarifException>(() => ReadAsync($$"""{"version":"2.1.0","runs":[{{run}},{{run}},{{run}}]}"""))).Message, StringComparison.Ordinal);
        var bases = string.Join(',', Enumerable.Range(0, 101).Select(i => $$"""
            "B{{i}}":{"uri":"file:///{{i}}/"}
            """));
        Assert.Contains("base addresses", (await Assert.ThrowsAsync<SarifException>(() => ReadAsync(
            """{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"originalUriBaseIds":{""" + bases + "}}]}"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_RunsOfOneReporter_AreJoinedAndCategoriesKeptApart()
    {
        static string Run(string id, string rule) => $$$$$"""{"tool":{"driver":{"name":"x"}},"automationDetails":{"id":"{{{{{id}}}}}"},"results":[{{{{{Sarif.Result(rule, "a", 1, "m")}}}}}]}""";
        var text = $$"""{"version":"2.1.0","runs":[{{Run("Back End/1", "a")}},{{Run("front/1", "b")}},{{Run("Back End/2", "c")}},{{Run("just-an-id", "d")}}]}""";

        var runs = await ReadAsync(text);

        Assert.Equal([("sarif/x/back-end", "x:a x:c"), ("sarif/x/front", "x:b"), ("sarif/x", "x:d")], runs.Select(r => (r.Reporter, string.Join(' ', r.Results.Select(x => r.Rules[x.Rule].Id)))));
        Assert.Equal("sarif/x/mine", Assert.Single(await ReadAsync(text, "mine")).Reporter);
    }

    [Fact]
    public async Task Read_LinksThatAreNotHttps_AreLeftOut()
    {
        foreach (var uri in new[] { "javascript:alert(1)", "http://x.example", "https://user@x.example", "data:text/html,x", "//x.example" })
            Assert.Null((await ReadOneAsync(Sarif.Run("x", Sarif.Result("r", "a", 1, "m"), $$"""{"id":"r","helpUri":"{{uri}}"}"""))).Rules[0].HelpUri);
    }

    [Fact]
    public async Task Read_NamesAndTextsThatAreHalfOfASurrogatePair_AreNone()
    {
        const string Rule = """{"id":"r","properties":{"tags":["\ud800","CWE-79"],"security-severity":"\ud800","\ud800 a name as long as security-severity":"7.1"}}""";

        var rule = (await ReadOneAsync(Sarif.Run("x", Sarif.Result("r", "a", 1, "m"), Rule))).Rules[0];

        Assert.Null(rule.Cwe);
    }

    [Fact]
    public void Read_AnyChangeOfAFile_IsReadOrRefused()
    {
        var whole = Encoding.UTF8.GetBytes(Sarif.Run("Semgrep", Sarif.Result("r", "a/b.py", 7, "text"), """{"id":"r","properties":{"tags":["security","CWE-1"],"security-severity":"7.1"},"messageStrings":{"default":{"text":"x {0}"}}}"""));
        string[] parts = ["null", "[]", "{}", "\"\"", "-1", "1e400", "true", "\"\\u0000\"", "\"\\ud800\"", "99999999999999999999"];
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Int[0, 40], Gen.Int[0, parts.Length - 1]).Array[1, 4].Sample(
            edits =>
            {
                var text = Encoding.UTF8.GetString(whole);
                foreach (var (at, length, part) in edits) text = text[..Math.Min(at, text.Length)] + parts[part] + text[Math.Min(text.Length, at + length)..];
                try
                {
                    var runs = SarifReader.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), null, CancellationToken.None).GetAwaiter().GetResult();
                    return runs.All(r => r.Results.All(x => x.Rule < r.Rules.Count && x.Line >= 1 && x.EndLine >= x.Line));
                }
                catch (SarifException)
                {
                    return true;
                }
            },
            iter: 20_000);
    }

    private static Task<IReadOnlyList<ImportedRun>> ReadAsync(string text, string? category = null) =>
        SarifReader.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), category, Cancellation);

    private static async Task<ImportedRun> ReadOneAsync(string text) => Assert.Single(await ReadAsync(text));
}
