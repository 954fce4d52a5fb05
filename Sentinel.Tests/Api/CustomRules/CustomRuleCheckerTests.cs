using Sentinel.Api.CustomRules;
using Sentinel.Contracts.CustomRules;
using Sentinel.Contracts.Findings;
using Sentinel.Scanning;
using Confidence = Sentinel.Contracts.Findings.Confidence;
using Severity = Sentinel.Contracts.Findings.Severity;

namespace Sentinel.Tests.Api.CustomRules;

public sealed class CustomRuleCheckerTests
{
    public static readonly CustomRuleDefinition Good = new(
        "custom-acme-token", "Acme token", Severity.High, Confidence.High, ["acme_"], @"\bacme_([0-9A-Za-z]{32})\b", null, null, null,
        ["token = \"acme_<alnum:32>\""], ["acme_XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Definition_Good_HasNoFaultAndFindsInATextMasked()
    {
        var value = SampleExpander.Expand("acme_<alnum:32>", "custom");

        var check = await CustomRuleChecker.CheckAsync(Good, $"first line\nkey: {value}\n", Cancellation);

        Assert.Empty(check.Faults);
        var match = Assert.Single(check.Matches);
        Assert.Equal(2, match.Line);
        Assert.DoesNotContain(value["acme_".Length..], match.Preview, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Definition_EverythingWrong_NamesAllTogether()
    {
        var check = await CustomRuleChecker.CheckAsync(
            new CustomRuleDefinition("Acme", " ", (Severity)9, (Confidence)9, ["AC"], "a", "b", 9, new string('x', 2001), [], [""]), null, Cancellation);

        Assert.Equal(10, check.Faults.Count);
        Assert.Empty(check.Matches);
    }

    [Theory]
    [InlineData(@"\bacme_(?=x)([a-z]{32})", "not a linear-time regular expression")]
    [InlineData(@"\bacme_([a-z]{4})\1", "not a linear-time regular expression")]
    [InlineData(@"\bacme_[a-z]{32}", "has no group for the secret")]
    [InlineData(@"\bacme_((?:[a-z]{1000}){1000})", "repeats too much")]
    [InlineData(@"\bacme_((?:(?:a{100}){100}){100})", "repeats too much")]
    [InlineData(@"\bacme_([a-z]{99999999999})", "repeats too much")]
    public async Task Pattern_ThatCouldCostTooMuchOrFindsNothing_IsRefused(string pattern, string why)
    {
        var check = await CustomRuleChecker.CheckAsync(Good with { Pattern = pattern }, null, Cancellation);

        Assert.Contains(why, Assert.Single(check.Faults), StringComparison.Ordinal);
        Assert.DoesNotContain(".yaml", check.Faults[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Example_WithARealValue_IsRefused()
    {
        var own = SampleExpander.Expand("acme_<alnum:32>", "own");
        var gitHub = SampleExpander.Expand("ghp_<github-token>", "real");

        var check = await CustomRuleChecker.CheckAsync(Good with { Examples = [$"token = {own}", "acme_<alnum:32>"], NegativeExamples = [$"acme {gitHub}"] }, null, Cancellation);

        Assert.Equal(
            [
                "Example 1 holds a value itself; write the secret as a placeholder such as <alnum:32>.",
                "Counter-example 1 holds what the rule github-pat takes for a real secret; write it as a placeholder.",
            ],
            check.Faults);
    }

    [Theory]
    [InlineData("acme <alnum:32>", "Example 1 must be found exactly once, not 0 times.")]
    [InlineData("acme_<alnum:32> acme_<alnum:32>", "Example 1 must be found exactly once, not 2 times.")]
    [InlineData("acme_<nothing:32>", "Example 1 has a placeholder that does not exist.")]
    [InlineData("acme_<alnum:99999999999>", "A placeholder in the examples stands for 500 characters at most.")]
    public async Task Example_ThatDoesNotBehave_IsNamed(string example, string fault) =>
        Assert.Equal([fault], (await CustomRuleChecker.CheckAsync(Good with { Examples = [example] }, null, Cancellation)).Faults);

    [Fact]
    public async Task CounterExample_ThatIsFound_IsNamed() => Assert.Equal(
        ["Counter-example 1 must not be found."],
        (await CustomRuleChecker.CheckAsync(Good with { NegativeExamples = ["acme_<alnum:32>"] }, null, Cancellation)).Faults);

    [Fact]
    public async Task Texts_ThatTryToLeaveTheFile_StayTexts()
    {
        var check = await CustomRuleChecker.CheckAsync(
            Good with { Title = "x\"\n  - id: evil\n    pattern: '(.*)'", Keywords = ["acme_", "a: b", "]}{["] }, null, Cancellation);

        Assert.Empty(check.Faults);
    }
}
