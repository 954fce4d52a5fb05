using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Sentinel.AiService.Answers;
using Sentinel.AiService.Budgets;
using Sentinel.AiService.Caching;
using Sentinel.AiService.Models;
using Sentinel.AiService.Redaction;
using Sentinel.Contracts.Ai;
using Sentinel.Contracts.Findings;

namespace Sentinel.AiService.Explanations;

/// <summary>
/// Asks the model and lets through only what is proved: redact, look in the cache, book the budget, ask, parse, check every quote,
/// clean the words. Whatever goes wrong on the way ends in the rule's own guidance with the reason.
/// </summary>
internal sealed partial class ModelExplainer(
    Redactor redactor, ModelClient model, IOptions<ModelOptions> options, Budget budget, AnswerCache cache, AiTelemetry telemetry,
    ILogger<ModelExplainer> logger) : IExplainer
{
    public async Task<ExplanationResponse> ExplainAsync(ExplanationRequest request, CancellationToken cancellationToken)
    {
        using var span = AiTelemetry.Source.StartActivity("ai.explain");
        span?.SetTag("finding.id", request.FindingId).SetTag("rule.id", request.RuleId).SetTag("gen_ai.request.model", model.Name);
        var started = Stopwatch.GetTimestamp();

        var answer = await AnswerAsync(request, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(started);

        span?.SetTag("ai.source", answer.Source.ToString()).SetTag("ai.reason", answer.Reason).SetTag("ai.cached", answer.Cached)
            .SetTag("gen_ai.usage.input_tokens", answer.InputTokens).SetTag("gen_ai.usage.output_tokens", answer.OutputTokens);
        telemetry.Explained(answer.Source.ToString(), answer.Reason, answer.Cached, answer.Cached ? 0 : answer.DroppedClaims);
        LogExplained(
            request.FindingId, request.RuleId, answer.Source, answer.Reason, answer.Cached, answer.Claims.Count, answer.DroppedClaims,
            answer.InputTokens, answer.OutputTokens, elapsed);
        return answer;
    }

    private async Task<ExplanationResponse> AnswerAsync(ExplanationRequest request, CancellationToken cancellationToken)
    {
        if (TryRedact(request, cancellationToken) is not { } safe) return GuidanceExplainer.Of(request, Reasons.UnusableAnswer, ContentHash.Of(request));

        var hash = ContentHash.Of(safe, model.BaseUrl.AbsoluteUri, model.Name, PromptFiles.System, PromptFiles.Question, PromptFiles.Schema);
        // A cached answer speaks of the redacted path; the reader gets the real one.
        if (await cache.FindAsync(hash) is { } cached) return WithPath(cached, request.Path) with { Cached = true, InputTokens = 0, OutputTokens = 0, CostUsd = 0 };

        var code = QuotableCode.From(safe.Path, safe.Snippet, safe.SnippetStartLine, safe.StartLine);
        if (code.Lines.Count == 0) return GuidanceExplainer.Of(request, Reasons.NoEvidence, hash);

        var fence = ExplanationPrompt.NewFence();
        var question = ExplanationPrompt.Of(safe, code, fence);
        var (reply, failure) = await AskAsync(request.RepositoryId, question, cancellationToken);
        if (reply is null) return GuidanceExplainer.Of(request, failure!, hash);

        var cost = options.Value.CostOf(reply.InputTokens, reply.OutputTokens);
        var answer = Judge(request, safe, code, fence, reply, hash) with { InputTokens = reply.InputTokens, OutputTokens = reply.OutputTokens, CostUsd = cost };
        if (answer.Source == ExplanationSource.Model) await cache.StoreAsync(answer);
        return WithPath(answer, request.Path);
    }

    // A text that cannot be redacted in time is not sent.
    private ExplanationRequest? TryRedact(ExplanationRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return request with
            {
                RuleTitle = Redact(request.RuleTitle),
                Message = Redact(request.Message),
                Path = Redact(request.Path).ReplaceLineEndings(" ").Trim(),
                Snippet = Redact(request.Snippet),
                Guidance = request.Guidance with { Description = Redact(request.Guidance.Description), Remediation = Redact(request.Guidance.Remediation), References = [] },
            };
        }
        catch (RegexMatchTimeoutException)
        {
            LogNotRedacted(request.FindingId);
            return null;
        }

        string Redact(string text) => redactor.Redact(text, request.Path, cancellationToken);
    }

    private async Task<(ModelReply? Reply, string? Failure)> AskAsync(Guid repositoryId, string question, CancellationToken cancellationToken)
    {
        var input = ModelClient.EstimateTokens(PromptFiles.System, question, PromptFiles.Schema);
        var most = SpendOf(input, options.Value.MaxOutputTokens);
        if (await budget.TryReserveAsync(repositoryId, most) is not { } reservation) return (null, Reasons.Budget);

        var used = most;
        try
        {
            var reply = await model.AskAsync(PromptFiles.System, question, PromptFiles.Schema, cancellationToken);
            used = SpendOf(reply.InputTokens, reply.OutputTokens);
            telemetry.Spent(model.Name, reply.InputTokens, reply.OutputTokens, options.Value.CostOf(reply.InputTokens, reply.OutputTokens));
            return (reply, null);
        }
        catch (Exception ex) when (!cancellationToken.IsCancellationRequested)
        {
            var reason = ModelFailure.ReasonOf(ex);
            // What was cut off may have been billed; what never was answered was not.
            used = reason == Reasons.Unavailable ? default : SpendOf(input, 0);
            LogModelFailed(reason, ex.GetType().Name, (int?)ModelFailure.StatusOf(ex));
            return (null, reason);
        }
        finally
        {
            await budget.SettleAsync(reservation, used);
        }
    }

    private ExplanationResponse Judge(ExplanationRequest request, ExplanationRequest safe, QuotableCode code, string fence, ModelReply reply, string hash)
    {
        try
        {
            if (AnswerParser.Parse(reply.Text) is not { } answer) return GuidanceExplainer.Of(request, Reasons.UnusableAnswer, hash);

            // The guard reads what a person would read, so that markup between letters does not hide a word from it.
            var (kept, dropped) = EvidenceLock.Check(answer.Claims, code);
            var clean = new ModelAnswer(
                PlainText.Clean(answer.Summary), PlainText.Clean(answer.Impact), PlainText.Clean(answer.Remediation),
                [.. kept.Select(claim => claim with { Text = PlainText.Clean(claim.Text) })]);
            if (VerdictGuard.Refuses(clean, fence) || clean.Summary.Length == 0 || clean.Impact.Length == 0 || clean.Remediation.Length == 0)
                return GuidanceExplainer.Of(request, Reasons.UnusableAnswer, hash) with { DroppedClaims = dropped };
            if (clean.Claims.Count == 0) return GuidanceExplainer.Of(request, Reasons.NoEvidence, hash) with { DroppedClaims = dropped };

            return new ExplanationResponse(
                ExplanationSource.Model, model.Name, clean.Summary, clean.Impact, clean.Remediation, [.. clean.Claims.Select(c => c with { Path = safe.Path })],
                dropped, Reason: null, 0, 0, 0, Cached: false, hash);
        }
        catch (RegexMatchTimeoutException)
        {
            return GuidanceExplainer.Of(request, Reasons.UnusableAnswer, hash);
        }
    }

    private Spend SpendOf(int inputTokens, int outputTokens) =>
        new((long)inputTokens + outputTokens, BudgetOptions.Micros(options.Value.CostOf(inputTokens, outputTokens)));

    private static ExplanationResponse WithPath(ExplanationResponse answer, string path) =>
        answer with { Claims = [.. answer.Claims.Select(claim => claim with { Path = path })] };

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Explained finding {FindingId} of rule {RuleId}: {Source} (reason {Reason}, cached {Cached}), {Claims} claims proved, {DroppedClaims} dropped, {InputTokens} tokens in, {OutputTokens} out, in {Elapsed}")]
    private partial void LogExplained(
        Guid findingId, string ruleId, ExplanationSource source, string? reason, bool cached, int claims, int droppedClaims, int inputTokens, int outputTokens, TimeSpan elapsed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The model gave no answer: {Reason} ({ExceptionType}, status {StatusCode}); the rule's guidance is given instead")]
    private partial void LogModelFailed(string reason, string exceptionType, int? statusCode);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Finding {FindingId} could not be redacted in time; nothing was sent")]
    private partial void LogNotRedacted(Guid findingId);
}
