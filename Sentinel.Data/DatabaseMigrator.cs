using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.Data.Settings;

namespace Sentinel.Data;

/// <summary>Brings the database to this version. Several processes may call it at once.</summary>
public static class DatabaseMigrator
{
    private const int FingerprintKeyBytes = 32;

    // "sentinel" in ASCII.
    private const long MigrationLock = 0x73656e74696e656c;

    /// <summary>Applies the migrations that are missing, then makes the installation's own values.</summary>
    public static async Task MigrateAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var databases = services.GetRequiredService<IDbContextFactory<SentinelDbContext>>();
        var time = services.GetRequiredService<TimeProvider>();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await MigrateAsync(database, cancellationToken);

        var key = RandomNumberGenerator.GetBytes(FingerprintKeyBytes);
        await database.Database.ExecuteSqlAsync(
            $"insert into settings (key, value, created_at) values ({Setting.FingerprintKey}, {key}, {time.GetUtcNow()}) on conflict (key) do nothing",
            cancellationToken);
    }

    /// <summary>Applies the migrations that are missing.</summary>
    internal static async Task MigrateAsync(SentinelDbContext database, CancellationToken cancellationToken)
    {
        await database.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            // EF Core's own lock ends with each migration's transaction, so of two callers with several to apply both would apply the later ones.
            await database.Database.ExecuteSqlAsync($"select pg_advisory_lock({MigrationLock})", cancellationToken);
            // Otherwise the first start asks for a table that is not there yet, and the server's log shows an error to whoever has just begun.
            await database.GetService<IHistoryRepository>().CreateIfNotExistsAsync(cancellationToken);
            await database.Database.MigrateAsync(cancellationToken);
        }
        finally
        {
            // The lock belongs to the session, which a pool would keep.
            await database.Database.ExecuteSqlAsync($"select pg_advisory_unlock({MigrationLock})", CancellationToken.None);
            await database.Database.CloseConnectionAsync();
        }
    }
}
