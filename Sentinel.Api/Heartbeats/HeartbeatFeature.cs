using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Sentinel.Api.Heartbeats;

/// <summary>Tries the detectors on a schedule.</summary>
internal static class HeartbeatFeature
{
    public static IServiceCollection AddHeartbeats(this IServiceCollection services)
    {
        services.AddOptions<HeartbeatOptions>().BindConfiguration(HeartbeatOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<HeartbeatStatus>();
        services.AddSingleton<HeartbeatMetrics>();
        services.AddSingleton<HeartbeatBeats>();
        services.AddSingleton<HeartbeatService>();
        services.AddHostedService(provider => provider.GetRequiredService<HeartbeatService>());
        services.AddHealthChecks().AddCheck<HeartbeatHealthCheck>("heartbeat", HealthStatus.Degraded);
        return services;
    }
}
