using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Sentinel.ServiceDefaults.Telemetry;

internal static class TelemetryExtensions
{
    // Set by every OpenTelemetry deployment that has a collector: https://opentelemetry.io/docs/specs/otel/protocol/exporter/.
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#exporter-selection
    private const string MetricsExporter = "OTEL_METRICS_EXPORTER";

    /// <summary>Whether metrics are kept; <c>OTEL_METRICS_EXPORTER=none</c> turns them off.</summary>
    public static bool HasMetrics(this IConfiguration configuration) => !string.Equals(configuration[MetricsExporter], "none", StringComparison.OrdinalIgnoreCase);

    /// <summary>Traces, metrics and logs; exported over OTLP only when an endpoint is configured, metrics also on <c>/metrics</c>.</summary>
    public static void AddTelemetry(this WebApplicationBuilder builder, string serviceName)
    {
        var openTelemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(serviceName, serviceNamespace: "sentinel", serviceVersion: ServiceVersion.Current))
            .WithTracing(tracing => tracing
                .AddProcessor<RequestIdSpans>()
                .AddSource("Sentinel.*")
                .AddSource("Npgsql")
                .AddAspNetCoreInstrumentation(options => options.Filter = context => !HealthPaths.IsHealthPath(context.Request.Path))
                // The one-time code of a GitHub App's manifest is part of its path; the client for GitHub writes a span without it.
                .AddHttpClientInstrumentation(options => options.FilterHttpRequestMessage =
                    request => request.RequestUri?.AbsolutePath.Contains("/app-manifests/", StringComparison.Ordinal) != true));
        if (builder.Configuration.HasMetrics())
        {
            openTelemetry.WithMetrics(metrics => metrics
                .AddMeter("Sentinel.*")
                .AddMeter("Npgsql")
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddPrometheusExporter());
        }
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
            logging.AddProcessor(new RequestIdLogs());
        });

        if (!string.IsNullOrWhiteSpace(builder.Configuration[OtlpEndpoint])) openTelemetry.UseOtlpExporter();
    }
}
