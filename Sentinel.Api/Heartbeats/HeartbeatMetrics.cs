using System.Diagnostics.Metrics;
using Sentinel.Contracts.Heartbeats;

namespace Sentinel.Api.Heartbeats;

/// <summary>Age of the last answered beat and the share of rules that find their example.</summary>
internal sealed class HeartbeatMetrics
{
    private volatile HeartbeatSnapshot? _last;

    public HeartbeatMetrics(IMeterFactory meters, TimeProvider time)
    {
        var meter = meters.Create("Sentinel.Api");
        meter.CreateObservableGauge(
            "sentinel.heartbeat.age", () => Of(snapshot => snapshot.LastCompletedAt is { } at ? Math.Max(0, (time.GetUtcNow() - at).TotalSeconds) : null), "s",
            "Time since a worker last answered a heartbeat");
        meter.CreateObservableGauge(
            "sentinel.heartbeat.recall", () => Of(snapshot => snapshot.Tried > 0 ? (double)snapshot.Found / snapshot.Tried : null), "1",
            "Share of the rules tried within a day that found their example");
    }

    public void Update(HeartbeatSnapshot snapshot) => _last = snapshot;

    private IEnumerable<Measurement<double>> Of(Func<HeartbeatSnapshot, double?> value) => _last is { } last && value(last) is { } number ? [new(number)] : [];
}
