using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http.Resilience;
using Sentinel.ServiceDefaults.Configuration;
using Sentinel.ServiceDefaults.Health;
using Sentinel.ServiceDefaults.Logging;
using Sentinel.ServiceDefaults.Requests;
using Sentinel.ServiceDefaults.Telemetry;

namespace Sentinel.ServiceDefaults;

/// <summary>What every Sentinel service has.</summary>
public static class ServiceDefaultsExtensions
{
    // Shorter than the time every orchestrator grants before it kills (compose 10 s, Kubernetes 30 s).
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(8);

    /// <summary>Configuration contract, logs, telemetry, health, graceful stop, and resilient calls with service discovery.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="serviceName">api, worker, ai-service or web.</param>
    /// <exception cref="ConfigurationFaultException">With all faults of the configuration; the process then ends with exit code 78.</exception>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, string serviceName)
    {
        ReadConfiguration(builder, serviceName);
        builder.AddJsonLogs(serviceName);
        builder.AddTelemetry(serviceName);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<HealthReportWriter>();
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy());
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            // Slow headers hold a connection for nothing; slow bodies are cut by Kestrel's minimum rate.
            options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            options.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        });
        builder.Services.AddServiceDiscovery();
        builder.Services.AddTransient<RequestIdHandler>();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            // A repeated POST could do a thing twice; callers that are idempotent say so themselves.
            http.AddStandardResilienceHandler(options => options.Retry.DisableForUnsafeHttpMethods());
            http.AddServiceDiscovery();
            http.AddHttpMessageHandler<RequestIdHandler>();
        });
        return builder;
    }

    /// <summary>The request ID, and <c>/alive</c>, <c>/ready</c>, <c>/health</c>, <c>/metrics</c>. Call it first, before other middleware.</summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.UseMiddleware<RequestIdMiddleware>();
        app.MapHealthChecks(HealthPaths.Alive, new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous().DisableHttpMetrics();
        app.MapHealthChecks(HealthPaths.Ready, new HealthCheckOptions { Predicate = check => check.Tags.Contains(HealthPaths.ReadyTag) }).AllowAnonymous().DisableHttpMetrics();

        var details = app.MapGroup("").AllowAnonymous().DisableHttpMetrics().ExcludeFromDescription();
        var writer = app.Services.GetRequiredService<HealthReportWriter>();
        details.MapHealthChecks(HealthPaths.Health, new HealthCheckOptions { ResponseWriter = writer.WriteAsync });
        if (app.Configuration.HasMetrics()) details.MapPrometheusScrapingEndpoint(HealthPaths.Metrics);
        details.RequireInternalPeer();
        return app;
    }

    private static void ReadConfiguration(WebApplicationBuilder builder, string serviceName)
    {
        var (values, faults) = ConfigurationContract.Read(builder.Configuration, serviceName, builder.Environment.IsDevelopment());
        if (faults.Count > 0)
        {
            EndProcessOnFault();
            throw new ConfigurationFaultException(serviceName, faults);
        }

        builder.Configuration.AddInMemoryCollection(values);
        if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey]))
        {
            var port = values.TryGetValue(ConfigurationKeys.Port, out var set) ? set : ServicePorts.Of(serviceName).ToString(System.Globalization.CultureInfo.InvariantCulture);
            builder.WebHost.UseUrls($"http://+:{port}");
        }
    }

    // An unhandled exception would end in a stack trace and a core dump; the operator needs the list alone.
    private static void EndProcessOnFault() => AppDomain.CurrentDomain.UnhandledException += static (_, e) =>
    {
        if (e.ExceptionObject is not ConfigurationFaultException fault) return;
        Console.Error.WriteLine(fault.Message);
        Environment.Exit(ConfigurationFaultException.ExitCode);
    };
}
