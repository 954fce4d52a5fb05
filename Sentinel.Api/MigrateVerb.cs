using Npgsql;
using Sentinel.Data;
using Sentinel.ServiceDefaults;

namespace Sentinel.Api;

/// <summary><c>--migrate</c>: brings the database up to date and ends. Services wait for it.</summary>
internal static partial class MigrateVerb
{
    private const string Argument = "--migrate";

    /// <summary>0 when the database is up to date, 1 when it could not be brought there (the log says why); null when not asked.</summary>
    public static async Task<int?> TryRunAsync(string[] args)
    {
        if (!args.Contains(Argument, StringComparer.Ordinal)) return null;
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults("migrations");
        builder.AddSentinelDatabase();
        // On an empty database EF Core logs its look at a table that is not there yet as an error; real faults arrive as exceptions.
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Database.Command", LogLevel.None);
        await using var app = builder.Build();
        return await RunAsync(app.Services, CancellationToken.None);
    }

    internal static async Task<int> RunAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Sentinel.Api.Migrate");
        try
        {
            await DatabaseMigrator.MigrateAsync(services, cancellationToken);
            Migrated(logger);
            return 0;
        }
        catch (PostgresException exception)
        {
            Refused(logger, exception, exception.SqlState, exception.MessageText);
            return 1;
        }
        catch (NpgsqlException exception)
        {
            var reason = exception.GetBaseException().Message;
            Unreachable(logger, reason);
            return 1;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The database is up to date")]
    private static partial void Migrated(ILogger logger);

    [LoggerMessage(Level = LogLevel.Critical, Message = "PostgreSQL refused the migration ({SqlState}): {Reason}. Check that the user of DATABASE_URL owns the database")]
    private static partial void Refused(ILogger logger, Exception exception, string sqlState, string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The database cannot be reached: {Reason}. Check DATABASE_URL and that PostgreSQL is running")]
    private static partial void Unreachable(ILogger logger, string reason);
}
