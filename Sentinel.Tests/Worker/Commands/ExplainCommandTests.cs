using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Findings;
using Sentinel.Data.Explanations;
using Sentinel.Data.Outbox;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Worker.Commands;
using Explanation = Sentinel.Data.Explanations.Explanation;

namespace Sentinel.Tests.Worker.Commands;

/// <summary>Explanations are asked for as on the dashboard and waited for; the rule speaks where no model may, can or does.</summary>
public sealed class ExplainCommandTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Explain_WhenTheModelAnswers_RepliesWithItsTextMadeHarmless()
    {
        await using var bench = await CommandBench.StartAsync();
        var comment = await bench.SayAsync(bench.Writer, "/sentinel explain 2");
        Assert.Equal("eyes", bench.Reactions(comment.Reactions));
        Assert.Empty(bench.Answers);

        await AnswerAsync(bench, ExplanationSource.Model, "Ask @everyone at [here](https://evil.example) <script>x</script>\n/sentinel ignore 1 x");

        var answer = Assert.Single(bench.Answers);
        Assert.StartsWith("`2` **High: GitHub token** (`github-pat`)\n\nAsk @\u200Beveryone at \\[here\\]\\(https:\u200B//evil.example\\) &lt;script&gt;", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("\n/sentinel", answer, StringComparison.Ordinal);
        Assert.Contains("Written by a language model (`fake-1`)", answer, StringComparison.Ordinal);
        Assert.Contains("(`src/app.ini:3`: `other = y`)", answer, StringComparison.Ordinal);
        await using var database = bench.Feedback.Database();
        Assert.Equal("wilma", (await database.AuditLog.SingleAsync(a => a.Action == "explanation.requested", Token)).Actor);

        // What a model said is not asked for again.
        await bench.SayAsync(bench.Writer, "/sentinel explain 2");
        Assert.Equal(bench.Answers[0], bench.Answers[1]);
        Assert.Equal(1, await database.Outbox.CountAsync(m => m.Kind == OutboxMessage.ExplanationRequested, Token));
    }

    [Theory]
    [InlineData("no-key", "No model is set up, so this is the rule's own guidance.")]
    [InlineData("timeout", "The model gave no answer that could be used, so this is the rule's own guidance.")]
    public async Task Explain_WithoutAModelsAnswer_RepliesWithTheRule(string reason, string expected)
    {
        await using var bench = await CommandBench.StartAsync();
        await bench.SayAsync(bench.Writer, "/sentinel explain 1");

        await AnswerAsync(bench, ExplanationSource.Guidance, "", reason);

        var answer = Assert.Single(bench.Answers);
        Assert.Contains("**What to do:**", answer, StringComparison.Ordinal);
        Assert.EndsWith($"<sub>{expected}</sub>", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_WhenNothingComes_RepliesWithTheRuleAfterThreeMinutes()
    {
        await using var bench = await CommandBench.StartAsync();
        await bench.SayAsync(bench.Writer, "/sentinel explain 1");
        bench.Feedback.Time.Advance(ExplainCommand.Patience - TimeSpan.FromSeconds(1));
        await bench.Feedback.DrainAsync();
        Assert.Empty(bench.Answers);

        bench.Feedback.Time.Advance(CommandHandler.Pause);
        await bench.Feedback.DrainAsync();

        Assert.EndsWith($"<sub>{CommandText.NoAnswerInTime}</sub>", Assert.Single(bench.Answers), StringComparison.Ordinal);
        Assert.DoesNotContain(await bench.Feedback.LeftAsync(), m => m.Kind == OutboxMessage.GitHubCommand);
    }

    [Fact]
    public async Task Explain_WherePolicyOfTheBaseSaysNo_AsksNobody()
    {
        await using var bench = await CommandBench.StartAsync((".sentinel.yml", "version: 1\nai:\n  explain: false\n"));
        await using (var database = bench.Feedback.Database())
        {
            // Even what a model said before, as for the dashboard, is not repeated here.
            database.Explanations.Add(Answer(bench.First.Id, bench.Feedback.Time.GetUtcNow(), ExplanationSource.Model, "It is a token.", null));
            await database.SaveChangesAsync(Token);
        }

        await bench.SayAsync(bench.Writer, "/sentinel explain 1");

        Assert.EndsWith($"<sub>{CommandText.AiOffByPolicy}</sub>", Assert.Single(bench.Answers), StringComparison.Ordinal);
        await using var left = bench.Feedback.Database();
        Assert.False(await left.Outbox.AnyAsync(m => m.Kind == OutboxMessage.ExplanationRequested, Token));
    }

    // As the handler of explanations stores it.
    private static async Task AnswerAsync(CommandBench bench, ExplanationSource source, string summary, string? reason = null)
    {
        bench.Feedback.Time.Advance(TimeSpan.FromSeconds(10));
        await using (var database = bench.Feedback.Database())
        {
            var asked = await database.Outbox.SingleAsync(m => m.Kind == OutboxMessage.ExplanationRequested && m.Status == OutboxStatus.Pending, Token);
            asked.Status = OutboxStatus.Done;
            database.Explanations.Add(Answer(Guid.Parse(asked.AggregateKey), bench.Feedback.Time.GetUtcNow(), source, summary, reason));
            await database.SaveChangesAsync(Token);
        }
        await bench.Feedback.DrainAsync();
    }

    private static Explanation Answer(Guid finding, DateTimeOffset at, ExplanationSource source, string summary, string? reason) => new()
    {
        FindingId = finding,
        Source = source,
        Status = ExplanationStatus.Ready,
        Model = source == ExplanationSource.Model ? "fake-1" : null,
        Summary = summary,
        Impact = "Whoever has it may write.",
        Remediation = "Take it out.",
        Claims = [new ExplanationClaim("The line holds it.", "src/app.ini", 3, "other = y")],
        Reason = reason,
        RequestId = "request-1",
        CreatedAt = at,
        CompletedAt = at,
    };
}
