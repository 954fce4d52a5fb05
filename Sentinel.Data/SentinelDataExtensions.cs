using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Sentinel.Data.Queue;
using StackExchange.Redis;

namespace Sentinel.Data;

/// <summary>Registers the database and the queue.</summary>
public static class SentinelDataExtensions
{
    private const string ReadyTag = "ready";

    /// <summary>
    /// The database context (scoped, and as a factory), the queue with its reconciler, the progress bus, the worker registry and the
    /// health checks. Reads <c>ConnectionStrings:sentineldb</c> and <c>ConnectionStrings:redis</c>.
    /// </summary>
    public static IHostApplicationBuilder AddSentinelData(this IHostApplicationBuilder builder)
    {
        builder.AddSentinelDatabase();
        builder.AddScanQueue();
        return builder;
    }

    /// <summary>Only the database: all that migrating needs.</summary>
    public static IHostApplicationBuilder AddSentinelDatabase(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => NpgsqlDataSource.Create(Required(services, "sentineldb")));
        builder.Services.AddPooledDbContextFactory<SentinelDbContext>((services, options) => Configure(options, services.GetRequiredService<NpgsqlDataSource>()));
        builder.Services.AddScoped(services => services.GetRequiredService<IDbContextFactory<SentinelDbContext>>().CreateDbContext());
        builder.Services.AddHealthChecks().AddCheck<PostgresHealthCheck>("postgres", tags: [ReadyTag]);
        return builder;
    }

    /// <summary>How every context of the application is set up.</summary>
    public static void Configure(DbContextOptionsBuilder options, NpgsqlDataSource dataSource) =>
        options.UseNpgsql(dataSource).UseSnakeCaseNamingConvention();

    private static void AddScanQueue(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ScanQueueOptions>().BindConfiguration(ScanQueueOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<IConnectionMultiplexer>(services =>
        {
            var options = ConfigurationOptions.Parse(Required(services, "redis"));
            // A service starts, and accepts webhooks, while Redis is away.
            options.AbortOnConnectFail = false;
            options.ClientName ??= "sentinel";
            return ConnectionMultiplexer.Connect(options);
        });
        builder.Services.AddSingleton<RedisDispatcher>();
        builder.Services.AddSingleton<ScanOrder>();
        builder.Services.AddSingleton<QueueSignal>();
        builder.Services.AddSingleton<QueueMetrics>();
        builder.Services.AddSingleton<ScanQueue>();
        builder.Services.AddSingleton<IScanQueue>(services => services.GetRequiredService<ScanQueue>());
        builder.Services.AddSingleton<ScanReconciler>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ScanReconciler>());
        builder.Services.AddSingleton<IScanProgressBus, ScanProgressBus>();
        builder.Services.AddSingleton<IWorkerRegistry, WorkerRegistry>();
        builder.Services.AddHealthChecks().AddCheck<RedisHealthCheck>("redis", HealthStatus.Degraded, [ReadyTag]);
    }

    private static string Required(IServiceProvider services, string name) =>
        services.GetRequiredService<IConfiguration>().GetConnectionString(name)
        ?? throw new InvalidOperationException($"The connection string '{name}' is not configured.");
}
