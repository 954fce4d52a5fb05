using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Sentinel.Contracts;
using Sentinel.Contracts.Ai;
using Sentinel.Contracts.Findings;
using Sentinel.Tests.Fakes.FakeModel;

namespace Sentinel.Tests.AiService;

public sealed class ExplanationsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Explain_GoodModel_GivesItsWordsWithProvedClaims()
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation, ("API_KEY", "the-key-of-the-test"));

        var answer = await service.ExplainAsync(Questions.Injection, Cancellation);

        Assert.Equal(
            new ExplanationResponse(
                ExplanationSource.Model, AiServer.ModelName, "This line does something dangerous with text from outside.",
                "Whoever controls that text controls what runs here.", "Pass the text as data and check it first.", answer.Claims, 0, null,
                FakeModelSteps.InputTokens, FakeModelSteps.OutputTokens, ((900 * 0.30m) + (120 * 2.50m)) / 1_000_000m, false, answer.ContentHash),
            answer);
        Assert.Equal(
            new ExplanationClaim("The dangerous call stands here.", Questions.Path, 15, """- run: echo "Hello ${{ github.event.issue.title }}" """.Trim()),
            Assert.Single(answer.Claims));
        var asked = Assert.Single(model.Requests);
        Assert.Equal("Bearer the-key-of-the-test", asked.Authorization);
        Assert.Equal("json_schema", asked.Json.GetProperty("response_format").GetProperty("type").GetString());
        Assert.Equal(AiServer.ModelName, asked.Model);
        Assert.False(asked.Json.TryGetProperty("tools", out _));
    }

    [Fact]
    public async Task Explain_RequestId_ReachesTheModelAndTheAnswer()
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, ApiRoutes.AiExplanations) { Content = JsonContent.Create(Questions.Injection, options: SentinelJson.Options) };
        request.Headers.Add("X-Request-ID", "the-request-1");
        using var caller = new Activity("caller").Start();

        using var answer = await service.Client.SendAsync(request, Cancellation);

        Assert.Equal("the-request-1", Assert.Single(answer.Headers.GetValues("X-Request-ID")));
        var asked = Assert.Single(model.Requests);
        Assert.Equal("the-request-1", asked.RequestId);
        Assert.StartsWith($"00-{caller.TraceId}-", asked.TraceParent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_NoModelConfigured_GivesTheRulesGuidance()
    {
        await using var service = await AiServer.StartAsync(model: null, Cancellation);

        AssertGuidance("no-key", await service.ExplainAsync(Questions.Injection, Cancellation));
    }

    [Fact]
    public async Task Explain_ModelWithoutKey_IsAskedWithoutCredentials()
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation);

        Assert.Equal(ExplanationSource.Model, (await service.ExplainAsync(Questions.Injection, Cancellation)).Source);
        Assert.Null(Assert.Single(model.Requests).Authorization);
    }

    [Fact]
    public async Task Explain_InventedQuote_IsDroppedAndGuidanceGiven()
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation);
        model.Default = FakeModelSteps.InventedQuote;

        var answer = await service.ExplainAsync(Questions.Injection, Cancellation);

        AssertGuidance("no-evidence", answer);
        Assert.Equal(1, answer.DroppedClaims);
        Assert.Equal(FakeModelSteps.InputTokens, answer.InputTokens);
    }

    [Fact]
    public async Task Explain_OneInventedQuoteOfTwo_DropsThatClaimOnly()
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation);
        model.Default = FakeModelSteps.Changed((answer, request) => answer["claims"]!.AsArray().Add(new System.Text.Json.Nodes.JsonObject
        {
            ["text"] = "A password stands here.",
            ["path"] = request.Path,
            ["line"] = 15,
            ["quote"] = "password = 1234",
        }));

        var answer = await service.ExplainAsync(Questions.Injection, Cancellation);

        Assert.Equal(ExplanationSource.Model, answer.Source);
        Assert.Equal((1, 1), (answer.Claims.Count, answer.DroppedClaims));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nothing of the kind")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"summary":"a","impact":"b","remediation":"c"}""")]
    [InlineData("""{"summary":"a","impact":"b","remediation":"c","claims":"none"}""")]
    [InlineData("""{"summary":1,"impact":"b","remediation":"c","claims":[]}""")]
    [InlineData("""{"summary":" ","impact":"b","remediation":"c","claims":[]}""")]
    [InlineData("""{"summary":"a","impact":"b","remediation":"c","claims":[{"text":"t","path":"p","line":"15","quote":"q"}]}""")]
    [InlineData("""{"summary":"a","impact":"b","remediation":"c","claims":[{"text":"t","path":"p","line":-1,"quote":"q"}]}""")]
    [InlineData("""{"summary":"\ud800","impact":"b","remediation":"c","claims":[]}""")]
    [InlineData("""{"summary":"a","impact":"b","remediation":"c","claims":[],"deep":[[[[[[[[[[[[]]]]]]]]]]]]}""")]
    public async Task Explain_UnusableAnswer_GivesGuidance(string content)
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation);
        model.Default = FakeModelSteps.Text(content);

        AssertGuidance("unusable-answer", await service.ExplainAsync(Questions.Injection, Cancellation));
    }

    [Fact]
    public async Task Explain_GarbageAndEndlessAnswer_GiveGuidanceWithinBounds()
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation);
        model.Script(FakeModelSteps.Garbage, FakeModelSteps.Huge);
        AssertGuidance("unusable-answer", await service.ExplainAsync(Questions.Injection, Cancellation));

        AssertGuidance("unusable-answer", await service.ExplainAsync(Questions.Injection, Cancellation));
        Assert.Equal(2, model.Requests.Count);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    public async Task Explain_PassingFailure_IsTriedAgain(int status)
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation);
        model.Script(FakeModelSteps.Status(status), FakeModelSteps.Status(status));

        Assert.Equal(ExplanationSource.Model, (await service.ExplainAsync(Questions.Injection, Cancellation)).Source);
        Assert.Equal(3, model.Requests.Count);
    }

    [Theory]
    [InlineData(500, 3)]
    [InlineData(401, 1)]
    [InlineData(400, 1)]
    [InlineData(302, 1)]
    public async Task Explain_LastingFailure_GivesGuidanceAndLogsNothingThatWasSent(int status, int calls)
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation, ("API_KEY", "the-key-of-the-test"));
        model.Default = FakeModelSteps.Status(status);

        AssertGuidance("unavailable", await service.ExplainAsync(Questions.Injection, Cancellation));

        Assert.Equal(calls, model.Requests.Count);
        var logs = string.Concat(service.Logs);
        Assert.Contains("unavailable", logs, StringComparison.Ordinal);
        Assert.DoesNotContain("github.event.issue.title", logs, StringComparison.Ordinal);
        Assert.DoesNotContain("the-key-of-the-test", logs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_SilentOrDrippingModel_TimesOut()
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(
            model, Cancellation, ("Ai:Model:AttemptTimeout", "00:00:00.3"), ("Ai:Model:TotalTimeout", "00:00:03"), ("Ai:Model:Retries", "1"));

        model.Default = FakeModelSteps.Timeout;
        AssertGuidance("timeout", await service.ExplainAsync(Questions.Injection, Cancellation));
        model.Default = FakeModelSteps.Drip;
        AssertGuidance("timeout", await service.ExplainAsync(Questions.Injection, Cancellation));

        Assert.Equal(4, model.Requests.Count);
    }

    [Fact]
    public async Task Explain_NothingListens_GivesGuidance()
    {
        await using var service = await AiServer.StartAsync(model: null, Cancellation, ("AI_BASE_URL", "http://127.0.0.1:1/v1"));

        AssertGuidance("unavailable", await service.ExplainAsync(Questions.Injection, Cancellation));
    }

    [Fact]
    public async Task Explain_ModelFailsAgainAndAgain_IsLeftAlone()
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation, ("Ai:Model:FailuresBeforeBreak", "3"), ("Ai:Model:Retries", "2"));
        model.Default = FakeModelSteps.Status(500);

        for (var i = 0; i < 5; i++) AssertGuidance("unavailable", await service.ExplainAsync(Questions.Injection, Cancellation));

        Assert.Equal(3, model.Requests.Count);
    }

    [Fact]
    public async Task Explain_ManyAtOnce_AsksNoMoreThanAllowedAtTheSameTime()
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation, ("Ai:Model:Concurrency", "2"), ("Ai:Model:Waiting", "3"));
        var (now, most) = (0, 0);
        model.Default = async (context, request) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            await Task.Delay(300, context.RequestAborted);
            Interlocked.Decrement(ref now);
            await FakeModelSteps.Good(context, request);
        };

        var answers = await Task.WhenAll(Enumerable.Range(1, 10).Select(i => service.ExplainAsync(Questions.Injection with { Message = $"finding {i}" }, Cancellation)));

        Assert.Equal(2, most);
        Assert.Equal(5, answers.Count(a => a.Source == ExplanationSource.Model));
        Assert.Equal(5, answers.Count(a => a.Reason == "unavailable"));
    }

    [Fact]
    public async Task Explain_NoSnippet_NeedsNoModel()
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation);

        AssertGuidance("no-evidence", await service.ExplainAsync(Questions.With(""), Cancellation));
        Assert.Empty(model.Requests);
    }

    [Fact]
    public async Task Explain_FaultyRequest_NamesAllFaults()
    {
        await using var service = await AiServer.StartAsync(model: null, Cancellation);

        using var answer = await service.Client.PostAsJsonAsync(
            ApiRoutes.AiExplanations, Questions.Injection with { FindingId = Guid.Empty, RuleId = "../x", Snippet = new string('x', 70_000), EndLine = 1 }, SentinelJson.Options, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.All(["findingId", "ruleId", "snippet", "endLine"], name => Assert.Contains($"\"{name}\":", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("{}", "text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData(null, "application/json", HttpStatusCode.RequestEntityTooLarge)]
    public async Task Explain_NotARequest_IsRefused(string? body, string type, HttpStatusCode expected)
    {
        await using var service = await AiServer.StartAsync(model: null, Cancellation);

        using var content = new StringContent(body ?? $"{{\"snippet\":\"{new string('x', 600_000)}\"}}", Encoding.UTF8, type);
        using var answer = await service.Client.PostAsync(ApiRoutes.AiExplanations, content, Cancellation);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Explain_ForwardedFromOutside_DoesNotExist()
    {
        await using var service = await AiServer.StartAsync(model: null, Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, ApiRoutes.AiExplanations) { Content = JsonContent.Create(Questions.Injection, options: SentinelJson.Options) };
        request.Headers.Add("X-Forwarded-For", "203.0.113.7");

        using var answer = await service.Client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    internal static void AssertGuidance(string reason, ExplanationResponse answer)
    {
        Assert.Equal((ExplanationSource.Guidance, reason), (answer.Source, answer.Reason));
        Assert.Equal((null, Questions.Injection.Guidance.Description, Questions.Injection.Guidance.Remediation), (answer.Model, answer.Impact, answer.Remediation));
        Assert.NotEmpty(answer.Summary);
        Assert.Empty(answer.Claims);
    }
}
