using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Npgsql;
using Sentinel.Aspire.Running;

namespace Sentinel.Aspire.Postgres;

/// <summary>Runs a PostgreSQL server on a loopback port with its data under the data directory.</summary>
internal sealed class PostgresRunner(PostgresServerResource server, RunContext context) : ProcessRunner(server, 0, context)
{
    protected override async Task RunCoreAsync(CancellationToken stopping)
    {
        if (server.ExternalConnectionString is null)
        {
            await base.RunCoreAsync(stopping).ConfigureAwait(false);
            return;
        }

        Context.Console.About(Id, "using the server in DATABASE_URL");
        await PublishHealthyAsync(stopping).ConfigureAwait(false);
    }

    protected override async Task<LaunchSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        var bin = await PostgresBinaries.FindAsync(Context.Options, message => Context.Console.About(Id, message), cancellationToken).ConfigureAwait(false);
        var cluster = new PostgresCluster(bin, DataDirectory(), message => Context.Console.About(Id, message));
        await cluster.PrepareAsync(await UserAsync(cancellationToken).ConfigureAwait(false), server.PasswordParameter.Value, cancellationToken).ConfigureAwait(false);
        return cluster.Server(server.PrimaryEndpoint.Port);
    }

    protected override async Task<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        if (server.ExternalConnectionString is not null) return true;
        try
        {
            await using var connection = new NpgsqlConnection(await AdminConnectionStringAsync(server, "postgres", cancellationToken).ConfigureAwait(false));
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (NpgsqlException)
        {
            return false; // Starting, recovering, or gone.
        }
    }

    internal static async Task<string> AdminConnectionStringAsync(PostgresServerResource server, string database, CancellationToken cancellationToken) =>
        new NpgsqlConnectionStringBuilder(await server.GetConnectionStringAsync(cancellationToken).ConfigureAwait(false)) { Database = database, Pooling = false, Timeout = 5 }.ConnectionString;

    private async Task<string> UserAsync(CancellationToken cancellationToken) => await server.UserNameReference.GetValueAsync(cancellationToken).ConfigureAwait(false) ?? "postgres";

    private string DataDirectory()
    {
        if (server.TryGetLastAnnotation<DataVolumeAnnotation>(out var volume)) return Path.Combine(Context.Options.DataDirectory, volume.Name);
        // No volume was asked for: a fresh directory each time, as a container would have.
        var temporary = Path.Combine(Context.Options.DataDirectory, string.Create(CultureInfo.InvariantCulture, $"{server.Name}-temporary"));
        if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        return temporary;
    }
}

/// <summary>Creates a database in the server when it is missing.</summary>
internal sealed class DatabaseRunner(PostgresDatabaseResource database, RunContext context) : ResourceRunner(database, 0, context)
{
    protected override async Task RunCoreAsync(CancellationToken stopping)
    {
        await Context.Notifications.WaitForResourceHealthyAsync(database.Parent.Name, stopping).ConfigureAwait(false);
        if (database.Parent.ExternalConnectionString is null) await CreateAsync(stopping).ConfigureAwait(false);
        await PublishHealthyAsync(stopping).ConfigureAwait(false);
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(await PostgresRunner.AdminConnectionStringAsync(database.Parent, "postgres", cancellationToken).ConfigureAwait(false));
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        // Asked first, because the server logs a refused statement as an error, which would alarm the reader.
        await using var lookup = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection) { Parameters = { new() { Value = database.DatabaseName } } };
        if (await lookup.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not null) return;

#pragma warning disable CA2100 // A database name cannot be a parameter; it is the model's own and is quoted.
        await using var create = new NpgsqlCommand($"create database \"{database.DatabaseName.Replace("\"", "\"\"", StringComparison.Ordinal)}\" encoding 'UTF8' template template0", connection);
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
