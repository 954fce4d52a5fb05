using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;

namespace Sentinel.Worker.Liveness;

/// <summary>Asks providers whether leaked secrets still work, where an administrator switched that on.</summary>
internal static class LivenessFeature
{
    public static void AddLiveness(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<LivenessOptions>().BindConfiguration(LivenessOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<EgressGuard>();
        builder.Services.AddSingleton<LivenessTelemetry>();
        builder.Services.AddSingleton<LivenessChecker>();
        builder.Services.AddSingleton<ISecretRotation, SecretRotationProof>();
        builder.Services.AddSingleton<LivenessWriter>();
        builder.Services.AddSingleton<BlobSecrets>();
        builder.Services.AddSingleton<EnabledProviders>();
        builder.Services.AddSingleton<LivenessChecks>();
        builder.Services.AddSingleton<LivenessRechecks>();
        builder.Services.AddHostedService(services => services.GetRequiredService<LivenessRechecks>());
        builder.Services.AddSingleton<LivenessAfterScan>();
        builder.Services.AddHostedService(services => services.GetRequiredService<LivenessAfterScan>());
        builder.AddClient();
    }

    private static void AddClient(this WebApplicationBuilder builder)
    {
        var client = builder.Services.AddHttpClient(LivenessChecker.Client, http => http.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(services => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                // The vendor is told nothing that ties its request to one of ours.
                ActivityHeadersPropagator = null,
                ConnectCallback = services.GetRequiredService<EgressGuard>().ConnectAsync,
                MaxResponseHeadersLength = 64,
                MaxResponseDrainSize = 0,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            })
            // What is logged of a request by default is not worth the risk for these.
            .RemoveAllLoggers();
        // The defaults repeat requests, resolve service names and pass the request ID on: none of that is for another company's server.
        client.ConfigureAdditionalHttpMessageHandlers((handlers, _) => handlers.Clear());
        client.AddResilienceHandler("liveness", pipeline => pipeline.AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions
        {
            MinimumThroughput = 5,
            FailureRatio = 0.5,
            SamplingDuration = TimeSpan.FromMinutes(1),
            BreakDuration = TimeSpan.FromMinutes(2),
        })).SelectPipelineByAuthority();
    }
}
