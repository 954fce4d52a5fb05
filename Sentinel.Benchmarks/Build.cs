using System.Diagnostics;

namespace Sentinel.Benchmarks;

/// <summary>The programs that are measured, built for release from this checkout.</summary>
internal static class Build
{
    /// <summary>Folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Full path of a built assembly.</summary>
    public static string Assembly(string project, string file) => Path.Combine(Root, project, "bin", "Release", "net10.0", file);

    public static async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        foreach (var project in new[] { "Sentinel.AppHost", "Sentinel.Cli" })
            await RunAsync("dotnet", ["build", Path.Combine(Root, project), "-c", "Release", "-v", "quiet", "--nologo"], Root, cancellationToken);
    }

    /// <summary>Runs a program to its end; its output is shown only when it fails.</summary>
    /// <param name="accepted">Exit codes that are no failure.</param>
    public static async Task RunAsync(string file, string[] arguments, string folder, CancellationToken cancellationToken, params int[] accepted)
    {
        var start = new ProcessStartInfo(file, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode == 0 || accepted.Contains(process.ExitCode)) return;
        throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await output}{await error}");
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sentinel.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Run the benchmarks from a checkout: Sentinel.sln was not found.");
    }
}
