using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using System.Reflection;
using Octokit.Webhooks;

namespace Sentinel.Api.Webhooks;

/// <summary>The counter <c>sentinel.webhook.received{event,outcome}</c>.</summary>
internal sealed class WebhookMetrics : IDisposable
{
    /// <summary>Names that GitHub uses; any other is counted as "other", so that no sender can invent time series.</summary>
    private static readonly FrozenSet<string> KnownEvents = typeof(WebhookEventType)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => field.GetRawConstantValue())
        .OfType<string>()
        .ToFrozenSet(StringComparer.Ordinal);

    private readonly Meter meter;
    private readonly Counter<long> received;
    private readonly Histogram<int> batch;

    public WebhookMetrics(IMeterFactory meters)
    {
        meter = meters.Create("Sentinel.Api");
        received = meter.CreateCounter<long>("sentinel.webhook.received", "{delivery}", "Webhook deliveries by event and outcome.");
        batch = meter.CreateHistogram<int>("sentinel.webhook.batch", "{delivery}", "Deliveries that shared one commit.");
    }

    /// <summary>Counts a delivery; <paramref name="eventName"/> is null while the sender is not known to be GitHub.</summary>
    public void Received(string? eventName, string outcome) => received.Add(
        1,
        new KeyValuePair<string, object?>("event", eventName is null ? "none" : KnownEvents.Contains(eventName) ? eventName : "other"),
        new KeyValuePair<string, object?>("outcome", outcome));

    public void Committed(int deliveries) => batch.Record(deliveries);

    public void Dispose() => meter.Dispose();
}
