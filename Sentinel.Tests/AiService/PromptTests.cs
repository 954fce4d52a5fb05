using Sentinel.AiService.Explanations;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.AiService;

public sealed class PromptTests
{
    private const string Fence = "=====DATA-0123456789abcdef0123456789abcdef=====";

    // The golden file is changed by hand, with the prompt, and both are read in the review.
    [Fact]
    public void Question_OfAKnownFinding_IsTheGoldenText()
    {
        var request = Questions.Injection;

        var question = ExplanationPrompt.Of(request, QuotableCode.From(request.Path, request.Snippet, request.SnippetStartLine, request.StartLine), Fence);

        var golden = File.ReadAllText(Path.Combine(SharedFiles.RepositoryRoot, "Sentinel.Tests", "AiService", "Golden", "question.txt"));
        Assert.Equal(golden.ReplaceLineEndings("\n").TrimEnd('\n'), question);
    }

    [Fact]
    public void Question_PlacesInsideValues_StayAsTheyAre()
    {
        var request = Questions.Injection with { Message = "{{fence}} and {{path}}", RuleTitle = "{{nothing}}" };

        var question = ExplanationPrompt.Of(request, new QuotableCode("p", 1, ["{{code}}"]), Fence);

        Assert.Contains("message: {{fence}} and {{path}}\n", question, StringComparison.Ordinal);
        Assert.Contains("     1| {{code}}\n", question, StringComparison.Ordinal);
        Assert.Equal(3, question.Split(Fence).Length);
    }

    [Fact]
    public void Question_SeveralLinesInOneLineTexts_BecomeOneLine()
    {
        var question = ExplanationPrompt.Of(Questions.Injection with { Message = $"a\n{Fence}\r\nb" }, new QuotableCode("p", 1, ["x"]), Fence);

        Assert.DoesNotContain($"a\n{Fence}", question, StringComparison.Ordinal);
    }

    [Fact]
    public void Fence_EachTime_IsAnother() => Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => ExplanationPrompt.NewFence()).Distinct().Count());

    [Fact]
    public void QuotableCode_LongSnippet_KeepsTheFinding()
    {
        var snippet = string.Join('\n', Enumerable.Range(1, 1000).Select(i => $"line {i} {new string('x', 600)}"));

        foreach (var finding in (int[])[1, 80, 500, 999, 1000, 5000])
        {
            var code = QuotableCode.From("p", snippet, 1, finding);

            Assert.Equal(QuotableCode.MaxLines, code.Lines.Count);
            Assert.StartsWith($"line {code.StartLine} ", code.Lines[0], StringComparison.Ordinal);
            Assert.All(code.Lines, line => Assert.Equal(QuotableCode.MaxLineLength, line.Length));
            if (finding <= 1000) Assert.InRange(finding, code.StartLine, code.StartLine + code.Lines.Count - 1);
        }
    }

    [Fact]
    public async Task Schema_Answers_AreThoseTheParserTakes()
    {
        var schema = await NJsonSchema.JsonSchema.FromJsonAsync(PromptFiles.Schema, TestContext.Current.CancellationToken);

        Assert.Empty(schema.Validate("""{"summary":"a","impact":"b","remediation":"c","claims":[{"text":"t","path":"p","line":1,"quote":"q"}]}"""));
        Assert.NotEmpty(schema.Validate("""{"summary":"a","impact":"b","remediation":"c"}"""));
    }
}
