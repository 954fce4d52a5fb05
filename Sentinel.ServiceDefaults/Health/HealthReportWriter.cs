using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Sentinel.ServiceDefaults.Health;

/// <summary>Writes a health report as JSON. Descriptions are ours; exception texts stay in the log, they may name hosts and users.</summary>
internal sealed class HealthReportWriter(TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();

    public async Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        await using var json = new Utf8JsonWriter(context.Response.Body);
        json.WriteStartObject();
        json.WriteString("status", report.Status.ToString());
        json.WriteNumber("uptimeSeconds", Math.Round(time.GetElapsedTime(_started).TotalSeconds, 1));
        json.WriteString("version", ServiceVersion.Current);
        json.WriteStartObject("checks");
        foreach (var (name, entry) in report.Entries)
        {
            json.WriteStartObject(name);
            json.WriteString("status", entry.Status.ToString());
            json.WriteNumber("durationMilliseconds", Math.Round(entry.Duration.TotalMilliseconds, 2));
            // Of a check that threw, the description is the exception's text.
            if (entry.Description is { } description && description != entry.Exception?.Message) json.WriteString("description", description);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }
}
