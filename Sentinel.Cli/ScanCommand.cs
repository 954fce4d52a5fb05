using System.CommandLine;
using System.Reflection;
using Sentinel.Scanning;
using Sentinel.Scanning.Reporting;

namespace Sentinel.Cli;

/// <summary><c>sentinel scan PATH</c>.</summary>
internal static class ScanCommand
{
    /// <summary>Exit code when something went wrong.</summary>
    public const int Error = 2;

    private const int Clean = 0;
    private const int Found = 1;

    private enum Format { Table, Json, Sarif }

    public static Command Create()
    {
        var path = new Argument<string>("PATH") { Description = "Folder or file to scan" };
        var format = new Option<Format>("--format") { Description = "table, json or sarif", DefaultValueFactory = _ => Format.Table };
        var output = new Option<string?>("--output") { Description = "Write the report to this file instead of standard output", HelpName = "FILE" };
        var failOn = new Option<Severity>("--fail-on") { Description = "Least severity that makes the exit code 1", DefaultValueFactory = _ => Severity.Low };
        var command = new Command("scan", "Scan a folder: exit code 0 clean, 1 findings at or above the threshold, 2 error") { path, format, output, failOn };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(parsed.GetValue(path)!, parsed.GetValue(format), parsed.GetValue(output), parsed.GetValue(failOn), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string path, Format format, string? output, Severity failOn, CancellationToken cancellationToken)
    {
        if (!Path.Exists(path)) return Fail($"{path}: there is no such file or folder.");
        try
        {
            var source = FolderSource.Open(path);
            var options = new ScanOptions { FingerprintKey = FingerprintKey.Read() };
            using var progress = new ProgressLine();
            var report = await new ScanEngine(ScannerRegistration.Analyzers).ScanAsync(source, NoAnalysisCache.Instance, options, progress, cancellationToken);
            progress.Dispose();
            Write(report, format, output);
            return report.Findings.Any(f => f.Severity >= failOn) ? Found : report.IsComplete ? Clean : Fail("The scan is incomplete, so it cannot be called clean.");
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException or FormatException)
        {
            return Fail(ex.Message);
        }
        catch (OperationCanceledException)
        {
            return Fail("Stopped.");
        }
    }

    private static void Write(ScanReport report, Format format, string? output)
    {
        using var stream = output is null ? Console.OpenStandardOutput() : File.Create(output);
        switch (format)
        {
            case Format.Json:
                ReportJson.Write(stream, report);
                break;
            case Format.Sarif:
                Sarif.Write(stream, report, Version);
                break;
            default:
                using (var writer = new StreamWriter(stream))
                    ReportTable.Write(writer, report, output is null && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "");
                break;
        }
    }

    private static string Version =>
        typeof(ScanCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    private static int Fail(string message)
    {
        Console.Error.WriteLine($"sentinel: {message}");
        return Error;
    }
}
