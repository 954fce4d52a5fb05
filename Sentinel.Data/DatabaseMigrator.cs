using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.Data.Settings;

namespace Sentinel.Data;

/// <summary>Brings the database to this version. Several processes may call it at once: EF Core takes a database-wide lock.</summary>
public static class DatabaseMigrator
{
    private const int FingerprintKeyBytes = 32;

    /// <summary>Applies the migrations that are missing, then makes the installation's own values.</summary>
    public static async Task MigrateAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var databases = services.GetRequiredService<IDbContextFactory<SentinelDbContext>>();
        var time = services.GetRequiredService<TimeProvider>();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        // Otherwise the first start asks for a table that is not there yet, and the server's log shows an error to whoever has just begun.
        await database.GetService<IHistoryRepository>().CreateIfNotExistsAsync(cancellationToken);
        await database.Database.MigrateAsync(cancellationToken);

        var key = RandomNumberGenerator.GetBytes(FingerprintKeyBytes);
        await database.Database.ExecuteSqlAsync(
            $"insert into settings (key, value, created_at) values ({Setting.FingerprintKey}, {key}, {time.GetUtcNow()}) on conflict (key) do nothing",
            cancellationToken);
    }
}
