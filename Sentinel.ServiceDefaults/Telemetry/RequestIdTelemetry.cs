using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Logs;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.ServiceDefaults.Telemetry;

/// <summary>Marks every span of a request with its ID, so that a collector finds the whole journey by it.</summary>
internal sealed class RequestIdSpans : BaseProcessor<Activity>
{
    // At the end: a server's span begins before its request ID is read.
    public override void OnEnd(Activity data)
    {
        if (data.GetTagItem(RequestIds.BaggageKey) is null && (data.GetBaggageItem(RequestIds.BaggageKey) ?? RequestIdContext.Current) is { } requestId)
            data.SetTag(RequestIds.BaggageKey, requestId);
    }
}

/// <summary>The same for log records that leave over OTLP.</summary>
internal sealed class RequestIdLogs : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        if (RequestIdContext.Current is { } requestId)
            data.Attributes = [.. data.Attributes ?? [], new KeyValuePair<string, object?>(RequestIds.BaggageKey, requestId)];
    }
}
