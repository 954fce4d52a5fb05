using System.Text.Json;
using Octokit.Webhooks;
using Octokit.Webhooks.Events;

namespace Sentinel.Api.Webhooks.Events;

/// <summary>Turns a payload into a plan. The table below is the whole list of events that Sentinel acts on.</summary>
internal sealed class DeliveryPlanner(RepositoryReader repositories)
{
    /// <summary>The plan of one delivery.</summary>
    /// <param name="hasApp">Whether there is a GitHub App, with which private repositories can be cloned.</param>
    /// <exception cref="JsonException">The body is not a JSON object.</exception>
    /// <exception cref="WebhookPayloadException">The body is not what the event says it is.</exception>
    public DeliveryPlan Plan(string eventName, ReadOnlySpan<byte> payload, bool hasApp) => eventName switch
    {
        WebhookEventType.Push => Typed<PushEvent>(payload, @event => PushPlan.From(@event, repositories)),
        WebhookEventType.PullRequest => Typed<PullRequestEvent>(payload, @event => PullRequestPlan.From(@event, repositories)),
        WebhookEventType.CheckRun => Typed<CheckRunEvent>(payload, @event => ChecksPlan.From(@event, repositories)),
        WebhookEventType.CheckSuite => Typed<CheckSuiteEvent>(payload, @event => ChecksPlan.From(@event, repositories)),
        WebhookEventType.IssueComment or WebhookEventType.PullRequestReviewComment => Typed<CommentEvent>(payload, @event => CommentPlan.From(@event, repositories)),
        WebhookEventType.Repository => Typed<RepositoryEvent>(payload, @event => RepositoryPlan.From(@event, repositories)),
        WebhookEventType.Installation => Typed<InstallationEvent>(payload, @event => InstallationPlan.From(@event, repositories, hasApp)),
        WebhookEventType.InstallationRepositories =>
            Typed<InstallationRepositoriesEvent>(payload, @event => InstallationPlan.From(@event, repositories, hasApp)),
        WebhookEventType.Ping => Recorded(payload, PlanOutcome.Accepted, "GitHub reaches this installation."),
        _ => Recorded(payload, PlanOutcome.Unknown, "Sentinel does not act on this event."),
    };

    private static DeliveryPlan Typed<TEvent>(ReadOnlySpan<byte> payload, Func<TEvent, DeliveryPlan> plan)
        where TEvent : WebhookEvent
    {
        var envelope = PayloadEnvelope.Read(payload);
        TEvent? typed;
        try
        {
            typed = JsonSerializer.Deserialize<TEvent>(payload);
        }
        catch (JsonException) when (envelope.Action is { } action && !ActionNames<TEvent>.Known.Contains(action))
        {
            // GitHub adds actions over time; one that the library cannot name yet is recorded like an unknown event.
            return envelope.Record(PlanOutcome.Unknown, "Sentinel does not know this action.");
        }
        catch (JsonException)
        {
            throw new WebhookPayloadException("The payload does not have the fields of its event.");
        }

        if (typed is null) throw new WebhookPayloadException("The payload is empty.");
        var result = plan(typed);
        return result with
        {
            Action = result.Action ?? envelope.Action,
            RepositoryId = result.RepositoryId ?? envelope.RepositoryId,
            InstallationId = result.InstallationId ?? envelope.InstallationId,
        };
    }

    private static DeliveryPlan Recorded(ReadOnlySpan<byte> payload, PlanOutcome outcome, string detail) =>
        PayloadEnvelope.Read(payload).Record(outcome, detail);
}
