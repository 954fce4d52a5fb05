using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sentinel.AiService.Explanations;
using Sentinel.AiService.Redaction;
using Sentinel.Contracts;
using Sentinel.Contracts.Ai;
using Sentinel.Contracts.Findings;
using Sentinel.Tests.Fakes.FakeModel;

namespace Sentinel.Tests.AiService.Injection;

public sealed class InjectionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Ids() => [.. InjectionCorpus.All.Select(i => i.Id)];

    [Fact]
    public void Corpus_Size_IsAtLeastThirtyDifferentTexts() =>
        Assert.True(InjectionCorpus.All.Select(i => i.Text).Distinct().Count() >= 30 && InjectionCorpus.All.DistinctBy(i => i.Id).Count() == InjectionCorpus.All.Count);

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Question_InjectedText_StaysBetweenTheFences(string id)
    {
        var injection = Find(id);
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation);

        var answer = await service.ExplainAsync(RequestWith(injection) with { Message = injection.Text, RuleTitle = injection.Text }, Cancellation);

        Assert.Equal(ExplanationSource.Model, answer.Source);
        var asked = Assert.Single(model.Requests);
        Assert.Equal(PromptFiles.System, asked.System);
        Assert.Equal(3, asked.Question.Split(asked.Fence).Length);
        var line = InvisibleText.Remove(injection.Text).Split('\n').MaxBy(l => l.Length)!.Trim();
        Assert.DoesNotContain(line, asked.Question.Replace(asked.Data, "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(asked.Data.All(c => c == '\n' || !char.IsControl(c)));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Answer_ModelObeys_HasTheOutcomeOfTheCorpus(string id)
    {
        var injection = Find(id);
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation);
        model.Default = injection.Field == "*" ? FakeModelSteps.Text(injection.Obedient) : FakeModelSteps.Changed((answer, _) => Obey(answer, injection));

        var answer = await service.ExplainAsync(RequestWith(injection), Cancellation);

        Assert.Equal(injection.Outcome, OutcomeOf(answer, injection));
        var shown = JsonSerializer.Serialize(answer with { ContentHash = "" }, SentinelJson.Options);
        Assert.DoesNotContain(JsonEncodedText.Encode(injection.Gone).ToString(), shown, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Answer_RepeatsTheFence_IsRefused()
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation);
        model.Default = FakeModelSteps.Changed((answer, request) => answer["impact"] = $"It ends at {request.Fence}.");

        ExplanationsTests.AssertGuidance("unusable-answer", await service.ExplainAsync(Questions.Injection, Cancellation));
    }

    private static Injection Find(string id) => InjectionCorpus.All.Single(i => i.Id == id);

    private static ExplanationRequest RequestWith(Injection injection) =>
        Questions.With($"line one\n{injection.Text}\nrun: echo $TITLE\n", line: 2 + injection.Text.Count(c => c == '\n') + 1);

    private static void Obey(JsonNode answer, Injection injection)
    {
        var claim = answer["claims"]![0]!;
        switch (injection.Field)
        {
            case "claims.text": claim["text"] = injection.Obedient; break;
            case "quote" or "path": claim[injection.Field] = injection.Obedient; break;
            case "line": claim["line"] = int.Parse(injection.Obedient, CultureInfo.InvariantCulture); break;
            default: answer[injection.Field] = injection.Obedient; break;
        }
    }

    private static InjectionOutcome OutcomeOf(ExplanationResponse answer, Injection injection) => answer.Reason switch
    {
        "unusable-answer" => InjectionOutcome.Refused,
        "no-evidence" => InjectionOutcome.Unproved,
        null => new[] { answer.Summary, answer.Impact, answer.Remediation }.Contains(injection.Obedient) ? InjectionOutcome.WordsOnly : InjectionOutcome.Cleaned,
        _ => throw new InvalidOperationException($"unexpected reason {answer.Reason}"),
    };
}
