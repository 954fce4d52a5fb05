using Microsoft.Extensions.Diagnostics.HealthChecks;
using Sentinel.ServiceDefaults;
using Sentinel.ServiceDefaults.Configuration;
using StackExchange.Redis;

namespace Sentinel.AiService;

internal static class RedisRegistration
{
    /// <summary>Redis shares budget and cache between instances; without it each instance keeps its own.</summary>
    public static void AddRedis(this WebApplicationBuilder builder)
    {
        if (builder.Configuration.GetConnectionString(ConfigurationKeys.RedisConnection) is not { Length: > 0 } connection) return;

        builder.Services.AddSingleton<IConnectionMultiplexer>(_ =>
        {
            var options = ConfigurationOptions.Parse(connection);
            options.AbortOnConnectFail = false;
            options.ClientName ??= "sentinel-ai-service";
            return ConnectionMultiplexer.Connect(options);
        });
        builder.Services.AddHealthChecks().AddCheck<RedisCheck>("redis", HealthStatus.Degraded, [HealthPaths.ReadyTag], TimeSpan.FromSeconds(2));
    }

    private sealed class RedisCheck(IConnectionMultiplexer redis) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
        {
            try
            {
                await redis.GetDatabase().PingAsync().WaitAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Exception ex) when (ex is RedisException or TimeoutException)
            {
                return new HealthCheckResult(context.Registration.FailureStatus, "Redis does not answer; budget and cache are kept in this process", ex);
            }
        }
    }
}
