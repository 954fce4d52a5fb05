using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts;
using Sentinel.Contracts.Ai;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Live;
using Sentinel.Data;
using Sentinel.Data.Outbox;
using Sentinel.Data.Queue;
using Sentinel.Scanning;
using Sentinel.ServiceDefaults.Requests;
using Sentinel.Worker.Outbox;
using ExplanationEntity = Sentinel.Data.Explanations.Explanation;
using FindingEntity = Sentinel.Data.Findings.Finding;

namespace Sentinel.Worker.Explanations;

/// <summary>Asks the AI service to explain a finding; the explanation is written in the transaction that marks the message done.</summary>
internal sealed partial class ExplanationHandler(IHttpClientFactory clients, IScanProgressBus bus, TimeProvider time, ILogger<ExplanationHandler> logger) : IOutboxHandler
{
    /// <summary>Name of the client for the AI service.</summary>
    public const string AiClient = "ai-service";

    // Codes of reasons, beside those of the AI service.
    private const string Unavailable = "unavailable";
    private const string ByPolicy = "policy";

    public string Kind => OutboxMessage.ExplanationRequested;

    // Whoever asks again wants another answer.
    public bool Coalesces => false;

    public int MaxAttempts => 8;

    public async Task<OutboxOutcome> HandleAsync(OutboxDelivery delivery, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        var findingId = JsonDocument.Parse(delivery.Message.Payload).RootElement.GetProperty("findingId").GetGuid();
        var finding = await delivery.Database.Findings.AsNoTracking().SingleOrDefaultAsync(f => f.Id == findingId, cancellationToken);
        if (finding is null) return OutboxOutcome.Done;

        var question = ToRequest(finding, await GuidanceAsync(delivery.Database, finding, cancellationToken));
        var mayAsk = await delivery.Database.Repositories.AnyAsync(r => r.Id == finding.RepositoryId && r.AiExplain, cancellationToken);
        var answer = mayAsk ? await AskAsync(question, delivery.Message.Attempts, cancellationToken) : GuidanceOf(question, ByPolicy);
        delivery.Database.Explanations.Add(ToEntity(finding, answer, started));
        delivery.Committed = token => bus.PublishAsync(new LiveEvent("explanation.ready", time.GetUtcNow(), finding.RepositoryId, null, finding.Id, null), token);
        return OutboxOutcome.Done;
    }

    // The AI service itself falls back to guidance; when it cannot be reached at all, the worker does after a few tries.
    private async Task<ExplanationResponse> AskAsync(ExplanationRequest question, int attempt, CancellationToken cancellationToken)
    {
        try
        {
            using var client = clients.CreateClient(AiClient);
            using var answer = await client.PostAsJsonAsync(ApiRoutes.AiExplanations, question, SentinelJson.Options, cancellationToken);
            answer.EnsureSuccessStatusCode();
            return await answer.Content.ReadFromJsonAsync<ExplanationResponse>(SentinelJson.Options, cancellationToken)
                ?? throw new JsonException("The AI service answered with nothing.");
        }
        catch (Exception ex) when (attempt >= 3 && !cancellationToken.IsCancellationRequested)
        {
            LogGuidanceInstead(question.FindingId, ex);
            return GuidanceOf(question, Unavailable);
        }
    }

    private static ExplanationResponse GuidanceOf(ExplanationRequest question, string reason) => new(
        ExplanationSource.Guidance, null, question.Message, question.Guidance.Description, question.Guidance.Remediation, [], 0, reason, 0, 0, 0, false, "");

    private static async Task<RuleGuidance> GuidanceAsync(SentinelDbContext database, FindingEntity finding, CancellationToken cancellationToken)
    {
        if (RuleCatalog.Find(finding.RuleId) is { } rule) return new RuleGuidance(rule.Description, rule.Remediation, rule.References);
        var imported = await database.ImportedRules.AsNoTracking().SingleOrDefaultAsync(r => r.RepositoryId == finding.RepositoryId && r.Id == finding.RuleId, cancellationToken);
        return imported is null
            ? new RuleGuidance(finding.Message, "The rule is no longer part of Sentinel; judge the finding by its place in the code.", [])
            : new RuleGuidance(imported.Description.Length > 0 ? imported.Description : finding.Message, imported.Remediation, imported.HelpUri is { } page ? [page] : []);
    }

    private static ExplanationRequest ToRequest(FindingEntity finding, RuleGuidance guidance)
    {
        var rule = RuleCatalog.Find(finding.RuleId);
        return new ExplanationRequest(
            finding.Id, finding.RepositoryId, finding.RuleId, rule?.Title ?? finding.Title, finding.Category, finding.Severity, finding.Confidence, finding.Cwe,
            finding.Message, finding.Path, finding.StartLine, finding.EndLine, finding.Snippet, finding.SnippetStartLine, guidance);
    }

    private ExplanationEntity ToEntity(FindingEntity finding, ExplanationResponse answer, DateTimeOffset started) => new()
    {
        FindingId = finding.Id,
        ContentHash = answer.ContentHash,
        Source = answer.Source,
        Status = ExplanationStatus.Ready,
        Model = answer.Model,
        Summary = PostgresText.Clean(answer.Summary, 10_000),
        Impact = PostgresText.Clean(answer.Impact, 10_000),
        Remediation = PostgresText.Clean(answer.Remediation, 10_000),
        Claims = answer.Claims,
        DroppedClaims = answer.DroppedClaims,
        InputTokens = answer.InputTokens,
        OutputTokens = answer.OutputTokens,
        CostUsd = answer.CostUsd,
        Reason = answer.Reason,
        RequestId = RequestIdContext.Current!,
        CreatedAt = started,
        CompletedAt = time.GetUtcNow(),
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "The AI service cannot be reached; finding {FindingId} gets its rule's guidance")]
    private partial void LogGuidanceInstead(Guid findingId, Exception exception);
}
