using System.Collections.Concurrent;
using System.Globalization;
using Aspire.Hosting;
using Sentinel.Aspire.Running;

namespace Sentinel.Aspire.Postgres;

/// <summary>A data directory and the server that works on it.</summary>
internal sealed class PostgresCluster(string bin, string directory, Action<string> progress)
{
    // PostgreSQL refuses to run as root.
    private readonly UnixUser? _user = OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess
        ? null
        : UnixUser.Unprivileged() ?? throw new DistributedApplicationException("PostgreSQL refuses to run as root, and there is no user 'postgres' or 'nobody' to run it as.");

    // English messages and no surprises from the person's own settings.
    private static readonly Dictionary<string, string> Variables = new() { ["LC_ALL"] = "C", ["PGDATA"] = "", ["PGPORT"] = "", ["PGHOST"] = "", ["PGUSER"] = "", ["PGPASSWORD"] = "" };

    public async Task PrepareAsync(string userName, string password, CancellationToken cancellationToken)
    {
        var version = Path.Combine(directory, "PG_VERSION");
        if (File.Exists(version))
        {
            await CheckVersionAsync((await File.ReadAllTextAsync(version, cancellationToken).ConfigureAwait(false)).Trim(), cancellationToken).ConfigureAwait(false);
            return;
        }

        // A first start that was interrupted leaves files that are no cluster.
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        CheckReachable();
        PrivateFiles.CreateDirectory(directory, reachable: false);
        var passwordFile = Path.Combine(Path.GetDirectoryName(directory)!, $".{Path.GetFileName(directory)}-{Guid.NewGuid():N}");
        try
        {
            PrivateFiles.Write(passwordFile, password + "\n");
            if (_user is not null)
            {
                FileOwner.Change(directory, _user);
                FileOwner.Change(passwordFile, _user);
            }

            progress($"creating the database files in {directory} …");
            var lines = new ConcurrentQueue<string>();
            var code = await RunAsync("initdb", ["-D", directory, "-U", userName, "--pwfile", passwordFile, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"], (line, _) => lines.Enqueue(line), cancellationToken).ConfigureAwait(false);
            if (code != 0) throw new DistributedApplicationException($"initdb could not create the database files in {directory} (exit code {code}):\n{string.Join('\n', lines)}");
        }
        finally
        {
            File.Delete(passwordFile);
        }
    }

    public LaunchSpec Server(int port) => new(
        Path.Combine(bin, "postgres"),
        [
            "-D", directory, "-p", port.ToString(CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200",
            "-c", "logging_collector=off", "-c", "log_checkpoints=off",
        ],
        directory,
        Variables)
    {
        // SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave.
        StopSignal = Signals.Interrupt,
        OrphanSignal = "INT",
        User = _user,
    };

    private async Task CheckVersionAsync(string dataVersion, CancellationToken cancellationToken)
    {
        var answer = "";
        await RunAsync("postgres", ["--version"], (line, _) => answer = line, cancellationToken).ConfigureAwait(false);
        var words = answer.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length > 2 && words[2].Split('.')[0] is { } serverVersion && serverVersion != dataVersion)
        {
            throw new DistributedApplicationException(
                $"The data in {directory} was written by PostgreSQL {dataVersion}, but the server in {bin} is version {serverVersion}. Install PostgreSQL {dataVersion} again, or remove the data with --reset.");
        }
    }

    private async Task<int> RunAsync(string program, string[] arguments, Action<string, bool> lines, CancellationToken cancellationToken)
    {
        var spec = new LaunchSpec(Path.Combine(bin, program), arguments, Path.GetTempPath(), Variables) { User = _user };
        using var process = await ChildProcess.StartAsync(spec, lines).ConfigureAwait(false);
        try
        {
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await process.StopAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(false);
            throw;
        }

        return process.ExitCode;
    }

    private void CheckReachable()
    {
        if (_user is null || OperatingSystem.IsWindows()) return;
        for (var parent = Directory.GetParent(directory); parent is not null; parent = parent.Parent)
        {
            if (!parent.Exists || parent.UnixFileMode.HasFlag(UnixFileMode.OtherExecute)) continue;
            throw new DistributedApplicationException(
                $"PostgreSQL runs as '{_user.Name}' because it refuses to run as root, and that user cannot enter {parent.FullName}. Set SENTINEL_DATA_DIR to a directory it can reach, e.g. /var/lib/sentinel, or run Sentinel as an ordinary user.");
        }
    }
}
