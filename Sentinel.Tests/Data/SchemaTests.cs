using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;
using Sentinel.Data;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Data;

public sealed class SchemaTests
{
    [Fact]
    public void Model_AgainstMigrations_HasNoPendingChange()
    {
        using var database = Context(NpgsqlDataSource.Create("Host=nowhere"));

        Assert.False(database.Database.HasPendingModelChanges(), "The model changed: add a migration (dotnet ef migrations add <Name> --project Sentinel.Data).");
    }

    [Fact]
    public void SchemaScript_AgainstMigrations_IsTheSame()
    {
        using var database = Context(NpgsqlDataSource.Create("Host=nowhere"));
        var path = Path.Combine(SharedFiles.RepositoryRoot, "deploy", "schema.sql");
        var script = database.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.Idempotent).ReplaceLineEndings("\n");

        if (Environment.GetEnvironmentVariable("SENTINEL_UPDATE_SCHEMA") == "1") File.WriteAllText(path, script);

        Assert.True(File.ReadAllText(path) == script, "deploy/schema.sql is out of date: run this test with SENTINEL_UPDATE_SCHEMA=1.");
    }

    [Fact]
    public async Task SchemaScript_RunTwice_GivesTheMigratedSchema()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var source = NpgsqlDataSource.Create(await TestPostgres.CreateEmptyDatabaseAsync(cancellationToken));
        var script = await File.ReadAllTextAsync(Path.Combine(SharedFiles.RepositoryRoot, "deploy", "schema.sql"), cancellationToken);
        for (var i = 0; i < 2; i++)
        {
            await using var command = source.CreateCommand(script);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var database = Context(source);
        Assert.Empty(await database.Database.GetPendingMigrationsAsync(cancellationToken));
    }

    [Fact]
    public async Task Migrate_ByManyAtOnce_AppliesOnce()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var source = NpgsqlDataSource.Create(await TestPostgres.CreateEmptyDatabaseAsync(cancellationToken));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            await using var database = Context(source);
            await DatabaseMigrator.MigrateAsync(database, cancellationToken);
        }));

        await using var check = Context(source);
        Assert.Empty(await check.Database.GetPendingMigrationsAsync(cancellationToken));
    }

    [Theory]
    [InlineData("update audit_log set actor = 'nobody'")]
    [InlineData("delete from audit_log")]
    [InlineData("truncate audit_log")]
    public async Task AuditLog_AnyChange_IsRefused(string sql)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var source = await TestPostgres.CreateDataSourceAsync(cancellationToken);
        await using var command = source.CreateCommand(sql);

        var fault = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(cancellationToken));

        Assert.Equal("audit_log is append-only", fault.MessageText);
    }

    private static SentinelDbContext Context(NpgsqlDataSource source)
    {
        var options = new DbContextOptionsBuilder<SentinelDbContext>();
        SentinelDataExtensions.Configure(options, source);
        return new SentinelDbContext(options.Options);
    }
}
