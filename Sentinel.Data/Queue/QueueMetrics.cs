using System.Diagnostics.Metrics;
using Sentinel.Contracts.Operations;

namespace Sentinel.Data.Queue;

/// <summary>Depth and age of the queue, as of the last reconciliation.</summary>
internal sealed class QueueMetrics
{
    private volatile QueueSnapshot? _last;

    public QueueMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Sentinel.Data");
        meter.CreateObservableGauge(
            "sentinel.queue.depth", () => Lanes(l => (long)l.Depth), "{scan}", "Scans waiting, by lane");
        meter.CreateObservableGauge(
            "sentinel.queue.oldest_age", () => Lanes(l => l.OldestAgeSeconds ?? 0), "s", "Age of the oldest waiting scan, by lane");
        meter.CreateObservableGauge("sentinel.queue.in_flight", () => (long)(_last?.InFlight ?? 0), "{scan}", "Scans in workers' hands");
    }

    public void Update(QueueSnapshot snapshot) => _last = snapshot;

    private IEnumerable<Measurement<T>> Lanes<T>(Func<LaneSnapshot, T> value) where T : struct =>
        (_last?.Lanes ?? []).Select(l => new Measurement<T>(value(l), new KeyValuePair<string, object?>("lane", l.Lane.ToString())));
}
