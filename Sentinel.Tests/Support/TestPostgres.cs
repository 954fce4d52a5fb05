using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Sentinel.Data;
using Sentinel.Tests.Support;

[assembly: AssemblyFixture(typeof(TestPostgres))]

namespace Sentinel.Tests.Support;

/// <summary>
/// One PostgreSQL server for the whole run, started on first use from the binaries found on this machine, and a fresh migrated
/// database for whoever asks. Tests are skipped where no server can be had.
/// </summary>
public sealed class TestPostgres : IAsyncDisposable
{
    // PostgreSQL refuses to run as root; any other user will do.
    private const string UnprivilegedUser = "65534";
    private const string Template = "sentinel_template";

    private static readonly SemaphoreSlim Gate = new(1, 1);
    private static Server? _server;
    private static string? _unavailable;

    /// <summary>Connection string of a new database with all migrations applied.</summary>
    public static async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken);
        if (server is null) Assert.Skip(_unavailable!);

        var name = $"test_{Guid.NewGuid():N}";
        await Gate.WaitAsync(cancellationToken);
        try
        {
            await ExecuteAsync(server.ConnectionString("postgres"), $"create database {name} template {Template}", cancellationToken);
        }
        finally
        {
            Gate.Release();
        }
        return server.ConnectionString(name);
    }

    /// <summary>A context factory over a new database.</summary>
    public static async Task<NpgsqlDataSource> CreateDataSourceAsync(CancellationToken cancellationToken) =>
        NpgsqlDataSource.Create(await CreateDatabaseAsync(cancellationToken));

    /// <summary>Connection string of a new, empty database.</summary>
    public static async Task<string> CreateEmptyDatabaseAsync(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken);
        if (server is null) Assert.Skip(_unavailable!);

        var name = $"test_{Guid.NewGuid():N}";
        await ExecuteAsync(server.ConnectionString("postgres"), $"create database {name}", cancellationToken);
        return server.ConnectionString(name);
    }

    /// <summary>Restarts the server: every connection breaks, as in an upgrade.</summary>
    public static async Task RestartAsync(CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        try
        {
            if (_server is null) return;
            _server.Stop();
            await _server.StartAsync(cancellationToken);
        }
        finally
        {
            Gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Gate.WaitAsync();
        _server?.Stop();
        _server?.Delete();
        _server = null;
    }

    private static async Task<Server?> StartAsync(CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        try
        {
            if (_server is not null || _unavailable is not null) return _server;
            if (FindBinaries() is not { } binaries)
            {
                _unavailable = "No PostgreSQL server was found on this machine (PATH or /usr/lib/postgresql/*/bin).";
                return null;
            }

            var server = new Server(binaries);
            await server.StartAsync(cancellationToken);
            await ExecuteAsync(server.ConnectionString("postgres"), $"create database {Template}", cancellationToken);
            await MigrateAsync(server.ConnectionString(Template), cancellationToken);
            return _server = server;
        }
        finally
        {
            Gate.Release();
        }
    }

    private static async Task MigrateAsync(string connectionString, CancellationToken cancellationToken)
    {
        // Without pooling, as a template must have no open connection when it is copied.
        await using var dataSource = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        var options = new DbContextOptionsBuilder<SentinelDbContext>();
        SentinelDataExtensions.Configure(options, dataSource);
        await using var database = new SentinelDbContext(options.Options);
        await database.Database.MigrateAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(string connectionString, string sql, CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string? FindBinaries()
    {
        var debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(d => Path.Combine(d, "bin"))
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return path.Concat(debian).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));
    }

    private sealed class Server(string binaries)
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("sentinel-test-postgres-").FullName;
        private readonly int _port = FreePort();

        private string Data => Path.Combine(_folder, "data");

        public string ConnectionString(string database) =>
            string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username=sentinel;Database={database};Include Error Detail=true");

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            if (!Directory.Exists(Data))
            {
                Directory.CreateDirectory(Data);
                if (Environment.UserName == "root") await RunAsync("chown", ["-R", UnprivilegedUser, _folder], cancellationToken);
                await RunAsPostgresAsync("initdb", ["-D", Data, "-U", "sentinel", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"], cancellationToken);
            }
            var options = $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c synchronous_commit=off -c max_connections=300";
            await RunAsPostgresAsync("pg_ctl", ["-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "-o", options, "start"], cancellationToken);
        }

        public void Stop() => RunAsPostgresAsync("pg_ctl", ["-D", Data, "-m", "fast", "-w", "stop"], CancellationToken.None).GetAwaiter().GetResult();

        public void Delete() => Directory.Delete(_folder, recursive: true);

        private Task RunAsPostgresAsync(string tool, string[] arguments, CancellationToken cancellationToken) =>
            Environment.UserName == "root"
                ? RunAsync("setpriv", [$"--reuid={UnprivilegedUser}", $"--regid={UnprivilegedUser}", "--clear-groups", Path.Combine(binaries, tool), .. arguments], cancellationToken)
                : RunAsync(Path.Combine(binaries, tool), arguments, cancellationToken);

        private async Task RunAsync(string file, string[] arguments, CancellationToken cancellationToken)
        {
            // No redirection: a started server would keep the pipe open.
            var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", Path.Combine(Path.GetTempPath(), "sentinel-test-postgres.log"), file, .. arguments])
            {
                WorkingDirectory = _folder,
            };
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"{Path.GetFileName(file)} ended with {process.ExitCode}; see {start.ArgumentList[2]}.");
        }

        private static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
