using Sentinel.Scanning;

namespace Sentinel.Tests.Scanning;

/// <summary>Runs every example and counter-example of every rule through its whole analyzer.</summary>
public sealed class RuleExamplesTests
{
    private static readonly AnalysisContext Context = new(new byte[32]);

    public static TheoryData<string> RuleIds() => [.. RuleCatalog.OfFiles.Select(r => r.Id)];

    public static TheoryData<string> AllRuleIds() => [.. RuleCatalog.All.Select(r => r.Id)];

    [Theory]
    [MemberData(nameof(RuleIds))]
    public async Task Rule_EachExample_IsFoundOnceInsideTheFile(string id)
    {
        var rule = RuleCatalog.Find(id)!;
        Assert.NotEmpty(rule.Examples);
        foreach (var example in rule.Examples)
        {
            var file = SourceFile.FromText(ExamplePath.Of(rule), SampleExpander.Expand(example, id));

            var findings = await AnalyzeAsync(rule, file);

            Assert.True(findings.Count(f => f.RuleId == id) == 1, $"'{example}' gives {(findings.Count == 0 ? "nothing" : string.Join(", ", findings.Select(f => f.RuleId)))}");
            var finding = findings.Single(f => f.RuleId == id);
            Assert.InRange(finding.Location.Region.StartLine, 1, file.LineCount);
            Assert.Equal(64, finding.FingerprintHash.Length);
            Assert.NotEmpty(finding.Message);
        }
    }

    /// <summary>What is found must not hang on the characters that were drawn: the detectors' own heartbeat draws new ones each time.</summary>
    [Fact]
    public async Task SecretRules_ExamplesWithOtherCharacters_AreFound()
    {
        var missed = new List<string>();
        foreach (var rule in RuleCatalog.All.Where(r => r.Category == FindingCategory.Secret))
        {
            foreach (var example in rule.Examples)
            {
                for (var seed = 0; seed < 10; seed++)
                {
                    var findings = await AnalyzeAsync(rule, SourceFile.FromText(ExamplePath.Of(rule), SampleExpander.Expand(example, $"{rule.Id}-{seed}")));
                    if (findings.Any(f => f.RuleId == rule.Id)) continue;
                    missed.Add($"{rule.Id} '{example}' with seed {seed}: {string.Join(", ", findings.Select(f => f.RuleId))}");
                    break;
                }
            }
        }

        Assert.True(missed.Count == 0, string.Join('\n', missed));
    }

    [Theory]
    [MemberData(nameof(RuleIds))]
    public async Task Rule_EachCounterExample_IsNotFound(string id)
    {
        var rule = RuleCatalog.Find(id)!;
        Assert.NotEmpty(rule.NegativeExamples);
        foreach (var example in rule.NegativeExamples)
        {
            var findings = await AnalyzeAsync(rule, SourceFile.FromText(ExamplePath.Of(rule), SampleExpander.Expand(example, id)));

            Assert.DoesNotContain(findings, f => f.RuleId == id);
        }
    }

    [Theory]
    [MemberData(nameof(RuleIds))]
    public async Task SecretRule_Example_LeavesNoSecretInTheFinding(string id)
    {
        var rule = RuleCatalog.Find(id)!;
        if (rule.Category != FindingCategory.Secret) return;
        foreach (var example in rule.Examples)
        {
            var file = SourceFile.FromText(ExamplePath.Of(rule), SampleExpander.Expand(example, id));
            var finding = (await AnalyzeAsync(rule, file)).Single(f => f.RuleId == id);
            var region = finding.Location.Region;
            var value = file.Text[(file.LineStart(region.StartLine) + region.StartColumn - 1)..(file.LineStart(region.EndLine) + region.EndColumn - 1)];

            Assert.DoesNotContain(value[^Math.Min(value.Length, 12)..], finding.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(AllRuleIds))]
    public void Rule_Descriptor_IsDocumented(string id)
    {
        var rule = RuleCatalog.Find(id)!;

        Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", rule.Id);
        Assert.NotEmpty(rule.Title);
        Assert.True(rule.Description.Length > 40, "The description must say why it matters.");
        Assert.True(rule.Remediation.Length > 40, "The remediation must say what to do.");
        Assert.NotEmpty(rule.References);
        Assert.All(rule.References, r => Assert.True(Uri.TryCreate(r, UriKind.Absolute, out var url) && url.Scheme == "https", r));
    }

    private static async Task<IReadOnlyList<Finding>> AnalyzeAsync(RuleDescriptor rule, SourceFile file)
    {
        var analyzer = ScannerRegistration.Analyzers.Single(a => a.Descriptor.Id == rule.AnalyzerId);
        return await analyzer.AnalyzeAsync(file, Context, TestContext.Current.CancellationToken);
    }
}
