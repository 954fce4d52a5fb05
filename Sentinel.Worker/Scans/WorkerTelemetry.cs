using System.Diagnostics;
using System.Diagnostics.Metrics;
using Sentinel.Contracts.Scans;

namespace Sentinel.Worker.Scans;

/// <summary>Spans and metrics of scans.</summary>
internal sealed class WorkerTelemetry
{
    public static readonly ActivitySource Source = new("Sentinel.Worker");

    private readonly Histogram<double> _duration;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _cacheHits;
    private readonly Counter<long> _opened;

    public WorkerTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create("Sentinel.Worker");
        _duration = meter.CreateHistogram<double>("sentinel.scan.duration", "s", "Time of a scan's phases");
        _bytes = meter.CreateCounter<long>("sentinel.scan.bytes", "By", "Bytes of source read");
        _cacheHits = meter.CreateCounter<long>("sentinel.blob_cache.hits", "{result}", "Analyses taken from the cache");
        _opened = meter.CreateCounter<long>("sentinel.findings.opened", "{finding}", "Findings opened or reopened");
    }

    public void Phase(ScanPhase phase, TimeSpan elapsed) => _duration.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("phase", phase.ToString()));

    public void Finished(long bytes, int cacheHits, int opened)
    {
        _bytes.Add(bytes);
        _cacheHits.Add(cacheHits);
        _opened.Add(opened);
    }
}
