using System.Diagnostics.Metrics;
using Sentinel.Contracts.Liveness;

namespace Sentinel.Worker.Liveness;

/// <summary>Metrics of liveness checks, by provider.</summary>
internal sealed class LivenessTelemetry
{
    private readonly Counter<long> _checks;
    private readonly Histogram<double> _duration;

    public LivenessTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create("Sentinel.Worker");
        _checks = meter.CreateCounter<long>("sentinel.liveness.checks", "{check}", "Answers of providers about leaked secrets");
        _duration = meter.CreateHistogram<double>("sentinel.liveness.duration", "s", "Time until a provider's answer");
    }

    public void Checked(string provider, LivenessState state, TimeSpan elapsed)
    {
        _checks.Add(1, new KeyValuePair<string, object?>("provider", provider), new KeyValuePair<string, object?>("outcome", state.ToString()));
        _duration.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("provider", provider));
    }
}
