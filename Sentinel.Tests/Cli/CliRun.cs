using System.Diagnostics;

namespace Sentinel.Tests.Cli;

/// <summary>The command-line scanner as a process of its own.</summary>
internal sealed record CliRun(int ExitCode, string Output, string Error)
{
    // Results of another build's rules must not be found.
    private static readonly string Caches = Directory.CreateTempSubdirectory("sentinel-test-cli-cache-").FullName;

    static CliRun() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Caches, recursive: true);

    public static async Task<CliRun> ScanAsync(string workingDirectory, params string[] arguments) => await StartAsync(workingDirectory, null, ["scan", .. arguments]);

    public static async Task<CliRun> StartAsync(string workingDirectory, string? fingerprintKey, params string[] arguments) =>
        await FeedAsync(workingDirectory, fingerprintKey, [], [], arguments);

    /// <summary>Runs it with bytes on standard input and more variables.</summary>
    public static async Task<CliRun> FeedAsync(
        string workingDirectory, string? fingerprintKey, byte[] input, IReadOnlyList<KeyValuePair<string, string>> variables, params string[] arguments)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "sentinel.dll"), .. arguments])
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The person's own key stays out of it.
        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(Path.GetTempPath(), "sentinel-test-cli");
        start.Environment["SENTINEL_CACHE_DIR"] = Caches;
        start.Environment["SENTINEL_FINGERPRINT_KEY"] = fingerprintKey ?? new string('7', 64);
        start.Environment.Remove("NO_COLOR");
        foreach (var (name, value) in variables) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        return new CliRun(process.ExitCode, await output, await error);
    }
}
