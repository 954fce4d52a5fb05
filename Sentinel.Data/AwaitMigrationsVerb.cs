using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sentinel.ServiceDefaults;

namespace Sentinel.Data;

/// <summary>
/// <c>--await-migrations</c>: waits until the database has this version's schema, and ends. For platforms that cannot start one thing
/// after another, such as Kubernetes, where it is an init container.
/// </summary>
public static partial class AwaitMigrationsVerb
{
    /// <summary>The argument.</summary>
    public const string Argument = "--await-migrations";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>0 when the schema is there, 1 when it has not come within ten minutes (the log says why); null when not asked.</summary>
    public static async Task<int?> TryRunAsync(string[] args)
    {
        if (!args.Contains(Argument, StringComparer.Ordinal)) return null;
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults("migrations");
        builder.AddSentinelDatabase();
        // A database that is not there yet is what is waited for, not an error.
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.None);
        await using var app = builder.Build();
        using var limit = new CancellationTokenSource(Limit);
        return await RunAsync(app.Services, Pause, limit.Token);
    }

    internal static async Task<int> RunAsync(IServiceProvider services, TimeSpan pause, CancellationToken limit)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Sentinel.Data.AwaitMigrations");
        var databases = services.GetRequiredService<IDbContextFactory<SentinelDbContext>>();
        var reason = "";
        while (true)
        {
            try
            {
                await using var database = await databases.CreateDbContextAsync(limit);
                var pending = (await database.Database.GetPendingMigrationsAsync(limit)).ToArray();
                if (pending.Length == 0)
                {
                    Ready(logger);
                    return 0;
                }
                var missing = $"migration {pending[0]} is not applied yet";
                if (missing != reason) Waiting(logger, reason = missing);
                await Task.Delay(pause, limit);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                GaveUp(logger, reason);
                return 1;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                var missing = exception.GetBaseException().Message;
                if (missing != reason) Waiting(logger, reason = missing);
                // Past the limit the next attempt ends the wait.
                await Task.Delay(pause, CancellationToken.None);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The database has this version's schema")]
    private static partial void Ready(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Waiting for the database: {Reason}")]
    private static partial void Waiting(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The database did not get this version's schema: {Reason}. Check DATABASE_URL and the migrations' log")]
    private static partial void GaveUp(ILogger logger, string reason);
}
