using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Sentinel.Data;

namespace Sentinel.Api.Heartbeats;

/// <summary>Degraded while the detectors are silent or miss what they should find. The service itself is well.</summary>
internal sealed class HeartbeatHealthCheck(IDbContextFactory<SentinelDbContext> databases, HeartbeatStatus status) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var database = await databases.CreateDbContextAsync(cancellationToken);
            var snapshot = await status.LoadAsync(database, cancellationToken);
            return snapshot.Alerts.Count == 0
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded(string.Join(' ', snapshot.Alerts.Select(alert => alert.Message)));
        }
        catch (Exception ex) when (ex is NpgsqlException or TimeoutException or InvalidOperationException)
        {
            return HealthCheckResult.Degraded("The heartbeat's state could not be read");
        }
    }
}
