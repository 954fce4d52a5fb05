using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace Sentinel.Data;

/// <summary>Lets <c>dotnet ef</c> write migrations without a database.</summary>
internal sealed class DesignTimeContextFactory : IDesignTimeDbContextFactory<SentinelDbContext>
{
    public SentinelDbContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<SentinelDbContext>();
        SentinelDataExtensions.Configure(options, NpgsqlDataSource.Create("Host=design-time;Database=sentineldb"));
        return new SentinelDbContext(options.Options);
    }
}
