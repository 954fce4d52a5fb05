using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Sentinel.Api.Problems;
using Sentinel.Api.Webhooks.Events;
using Sentinel.Contracts;
using Sentinel.GitHub;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.Api.Webhooks;

/// <summary>
/// <c>POST /webhooks/github</c>. Open to strangers, so the order matters: form of the request, size, signature over the raw
/// bytes, and only then JSON. The 202 is sent when the transaction is committed.
/// </summary>
internal static partial class WebhooksApi
{
    private const string EventHeader = "X-GitHub-Event";
    private const string DeliveryHeader = "X-GitHub-Delivery";

    public static RouteHandlerBuilder MapGitHubWebhooks(this IEndpointRouteBuilder routes) => routes
        .MapPost(ApiRoutes.GitHubWebhooks, Receive)
        .WithTags("Webhooks").WithSummary("Take a GitHub webhook")
        .AllowAnonymous().DisableRateLimiting()
        // The server's own limit lies above ours, so that the refusal is a problem document and not a broken connection.
        .WithMetadata(new RequestSizeLimitAttribute(WebhookBody.MaxBytes + 1024))
        .ProducesProblem(400).ProducesProblem(401).ProducesProblem(413).ProducesProblem(415).ProducesProblem(503);

    private static async Task<Results<Accepted<WebhookAnswer>, ProblemHttpResult>> Receive(
        HttpContext context, WebhookSecret secret, WebhookBody body, DeliveryPlanner planner, DeliveryWriter writer,
        GitHubClients gitHub, WebhookMetrics metrics, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = context.Request;
        if (!request.HasJsonContentType())
            return Refuse(metrics, 415, ProblemTypes.UnsupportedMediaType, "Set the webhook's content type to application/json.");
        var signature = request.Headers[WebhookSignature.HeaderName].ToString();
        if (!WebhookSignature.IsWellFormed(signature)) return BadSignature(metrics);
        var read = await body.ReadAsync(request, cancellationToken);
        using var lease = read.Lease;
        if (read.Bytes is not { } bytes) return Unread(context, metrics, read.StatusCode);
        if (!await secret.HasSignedAsync(bytes, signature, cancellationToken)) return BadSignature(metrics);

        var eventName = request.Headers[EventHeader].ToString();
        var deliveryId = request.Headers[DeliveryHeader].ToString();
        if (!EventPattern().IsMatch(eventName)) return Refuse(metrics, 400, ProblemTypes.Malformed, $"The header {EventHeader} is missing or malformed.");
        if (!DeliveryPattern().IsMatch(deliveryId)) return Refuse(metrics, 400, ProblemTypes.Malformed, $"The header {DeliveryHeader} is missing or malformed.");
        var hasApp = await gitHub.HasAppAsync(cancellationToken);
        DeliveryPlan plan;
        try
        {
            plan = planner.Plan(eventName, bytes, hasApp);
        }
        catch (JsonException)
        {
            return Refuse(metrics, 400, ProblemTypes.BadPayload, "The body is not a JSON object.", eventName);
        }
        catch (WebhookPayloadException exception)
        {
            return Refuse(metrics, 400, ProblemTypes.BadPayload, exception.Message, eventName);
        }

        var delivery = new IncomingDelivery(
            deliveryId, eventName, RequestIdContext.Current ?? RequestIds.New(), Activity.Current?.Id, bytes, time.GetUtcNow(), plan);
        return Answer(context, metrics, delivery, await writer.StoreAsync(delivery));
    }

    private static Results<Accepted<WebhookAnswer>, ProblemHttpResult> Answer(
        HttpContext context, WebhookMetrics metrics, IncomingDelivery delivery, StoreResult result)
    {
        switch (result)
        {
            case StoreResult.Stored:
                metrics.Received(delivery.Event, Lower(delivery.Plan.Outcome));
                return TypedResults.Accepted((string?)null, new WebhookAnswer(
                    Lower(delivery.Plan.Outcome), delivery.Plan.Detail, delivery.RequestId, delivery.ScanIds));
            case StoreResult.Duplicate:
                metrics.Received(delivery.Event, "duplicate");
                return TypedResults.Accepted((string?)null, new WebhookAnswer("duplicate", "This delivery was taken before.", delivery.RequestId, []));
            case StoreResult.Failed:
                return Refuse(metrics, 422, ProblemTypes.BadPayload, "The delivery is recorded as failed. Redeliver it after an upgrade.", delivery.Event, "failed");
            default:
                return Unread(context, metrics, 503, delivery.Event);
        }
    }

    private static ProblemHttpResult BadSignature(WebhookMetrics metrics) => Refuse(
        metrics, 401, ProblemTypes.BadSignature, $"The header {WebhookSignature.HeaderName} does not sign this body with the webhook secret.", outcome: "unsigned");

    private static ProblemHttpResult Unread(HttpContext context, WebhookMetrics metrics, int status, string? eventName = null)
    {
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = "10";
            return Refuse(metrics, status, ProblemTypes.Unavailable, "Sentinel cannot store the delivery now. Send it again later.", eventName, "unavailable");
        }

        return status == StatusCodes.Status413PayloadTooLarge
            ? Refuse(metrics, status, ProblemTypes.TooLarge, "A delivery has at most 25 MiB.", eventName)
            : Refuse(metrics, status, ProblemTypes.Malformed, "The body could not be read to its end.", eventName);
    }

    private static ProblemHttpResult Refuse(
        WebhookMetrics metrics, int status, string type, string detail, string? eventName = null, string outcome = "refused")
    {
        metrics.Received(eventName, outcome);
        return ProblemTypes.Problem(status, type, detail);
    }

    private static string Lower(PlanOutcome outcome) => outcome switch
    {
        PlanOutcome.Accepted => "accepted",
        PlanOutcome.Ignored => "ignored",
        _ => "unknown",
    };

    [GeneratedRegex(@"^[a-z][a-z0-9_]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex EventPattern();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex DeliveryPattern();
}

/// <summary>What GitHub's delivery log shows: how the delivery was taken and which scans it made.</summary>
internal sealed record WebhookAnswer(string Outcome, string? Detail, string RequestId, IReadOnlyList<Guid> Scans);
