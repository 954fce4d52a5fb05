namespace Sentinel.Tests.Support;

/// <summary>What services share that run inside the test process.</summary>
internal static class InProcess
{
    /// <summary>
    /// Value of <c>OTEL_METRICS_EXPORTER</c>. Meters are found by name in the whole process: each of many services would gather the metrics
    /// of all the others, which is gigabytes in the end. Services in processes of their own keep theirs.
    /// </summary>
    public const string Metrics = "none";
}
