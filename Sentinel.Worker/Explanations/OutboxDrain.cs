using System.Diagnostics;
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
using Sentinel.Worker.Scans;
using ExplanationEntity = Sentinel.Data.Explanations.Explanation;
using FindingEntity = Sentinel.Data.Findings.Finding;

namespace Sentinel.Worker.Explanations;

/// <summary>
/// Delivers what the outbox holds. A message is taken by pushing its next attempt into the future, so a worker that dies leaves it to
/// the others; writing the explanation and marking the message done is one transaction.
/// </summary>
internal sealed partial class OutboxDrain(
    IDbContextFactory<SentinelDbContext> databases, IHttpClientFactory clients, IScanProgressBus bus, TimeProvider time, ILogger<OutboxDrain> logger) : BackgroundService
{
    /// <summary>Name of the client for the AI service.</summary>
    public const string AiClient = "ai-service";

    private const int MaxAttempts = 8;
    private const int Batch = 5;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TakenFor = TimeSpan.FromMinutes(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var messages = await TakeAsync(stoppingToken);
                await Task.WhenAll(messages.Select(m => DeliverAsync(m, stoppingToken)));
                if (messages.Count == 0) await Task.Delay(Idle, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception ex) when (!stoppingToken.IsCancellationRequested)
            {
                LogFault(ex);
                await Task.Delay(Idle * 3, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<List<OutboxMessage>> TakeAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var until = now + TakenFor;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Outbox.FromSql($"""
            update outbox_messages set attempts = attempts + 1, next_attempt_at = {until}
            where id in (
              select id from outbox_messages where status = 'Pending' and kind = {OutboxMessage.ExplanationRequested} and next_attempt_at <= {now}
              order by next_attempt_at limit {Batch} for update skip locked)
            returning *
            """).IgnoreQueryFilters().AsNoTracking().ToListAsync(cancellationToken);
    }

    private async Task DeliverAsync(OutboxMessage message, CancellationToken cancellationToken)
    {
        ActivityContext.TryParse(message.TraceParent, null, isRemote: true, out var parent);
        using var span = WorkerTelemetry.Source.StartActivity("outbox.explanation", ActivityKind.Consumer, parent);
        using var request = RequestIdContext.Use(RequestIds.IsValid(message.RequestId) ? message.RequestId! : RequestIds.New());
        var started = time.GetUtcNow();
        try
        {
            await using var database = await databases.CreateDbContextAsync(cancellationToken);
            var findingId = JsonDocument.Parse(message.Payload).RootElement.GetProperty("findingId").GetGuid();
            var finding = await database.Findings.AsNoTracking().SingleOrDefaultAsync(f => f.Id == findingId, cancellationToken);
            if (finding is not null)
            {
                var answer = await AskAsync(finding, message.Attempts, cancellationToken);
                database.Explanations.Add(ToEntity(finding, answer, started));
            }
            database.Attach(message);
            (message.Status, message.ProcessedAt, message.LastError) = (OutboxStatus.Done, time.GetUtcNow(), null);
            await database.SaveChangesAsync(cancellationToken);
            if (finding is not null)
                await bus.PublishAsync(new LiveEvent("explanation.ready", time.GetUtcNow(), finding.RepositoryId, null, finding.Id, null), cancellationToken);
        }
        catch (Exception ex) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotDelivered(message.Id, message.Attempts, ex);
            await PostponeAsync(message, ex, CancellationToken.None);
        }
    }

    // The AI service itself falls back to guidance; when it cannot be reached at all, the worker does after a few tries.
    private async Task<ExplanationResponse> AskAsync(FindingEntity finding, int attempt, CancellationToken cancellationToken)
    {
        var question = ToRequest(finding);
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
            LogGuidanceInstead(finding.Id, ex);
            return new ExplanationResponse(
                ExplanationSource.Guidance, null, finding.Message, question.Guidance.Description, question.Guidance.Remediation, [], 0, "unavailable", 0, 0, 0, false, "");
        }
    }

    private static ExplanationRequest ToRequest(FindingEntity finding)
    {
        var rule = RuleCatalog.Find(finding.RuleId);
        var guidance = rule is null
            ? new RuleGuidance(finding.Message, "The rule is no longer part of Sentinel; judge the finding by its place in the code.", [])
            : new RuleGuidance(rule.Description, rule.Remediation, rule.References);
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

    private async Task PostponeAsync(OutboxMessage message, Exception fault, CancellationToken cancellationToken)
    {
        var dead = message.Attempts >= MaxAttempts;
        var next = time.GetUtcNow() + (TimeSpan.FromSeconds(2) * Math.Pow(2, Math.Min(message.Attempts, 8)) * (0.75 + (Random.Shared.NextDouble() / 2)));
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.Outbox.Where(m => m.Id == message.Id && m.Status == OutboxStatus.Pending).ExecuteUpdateAsync(
            m => m.SetProperty(x => x.Status, dead ? OutboxStatus.DeadLettered : OutboxStatus.Pending).SetProperty(x => x.NextAttemptAt, next)
                .SetProperty(x => x.LastError, fault.GetType().Name),
            cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outbox could not be read; trying again")]
    private partial void LogFault(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Outbox message {MessageId} was not delivered on attempt {Attempt}")]
    private partial void LogNotDelivered(Guid messageId, int attempt, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The AI service cannot be reached; finding {FindingId} gets its rule's guidance")]
    private partial void LogGuidanceInstead(Guid findingId, Exception exception);
}
