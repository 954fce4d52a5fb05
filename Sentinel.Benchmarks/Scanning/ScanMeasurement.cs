using System.Diagnostics;
using Sentinel.Benchmarks.Reporting;

namespace Sentinel.Benchmarks.Scanning;

/// <summary>The command-line scanner beside another secret scanner on the same files.</summary>
internal static class ScanMeasurement
{
    private const int Copies = 4;
    private const string Peer = "secretlint";

    public static async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("sentinel-benchmark-scan-").FullName;
        try
        {
            var corpus = Path.Combine(folder, "corpus");
            for (var i = 0; i < Copies; i++) await CopyAsync(Path.Combine(corpus, $"copy{i}"), cancellationToken);
            var files = Directory.GetFiles(corpus, "*", SearchOption.AllDirectories);
            var megabytes = files.Sum(f => new FileInfo(f).Length) / 1e6;

            var sentinel = await BestAsync(3, () => Build.RunAsync("dotnet", [Build.Assembly("Sentinel.Cli", "sentinel.dll"), "scan", corpus, "--output", Path.Combine(folder, "report.txt")], folder, cancellationToken, 1));
            var rows = new List<string[]> { Row("sentinel scan (secrets, workflows, Dockerfiles)", sentinel, megabytes, "") };
            if (await InstallPeerAsync(folder, cancellationToken))
            {
                var peer = await BestAsync(1, () => Build.RunAsync("node", [Path.Combine(folder, "node_modules", Peer, "bin", "secretlint.js"), "--secretlintrc", Path.Combine(folder, "rc.json"), "--no-color", "corpus/**/*"], folder, cancellationToken, 1));
                rows.Add(Row($"{Peer} 12, recommended preset (secrets only)", peer, megabytes, Report.Ratio(peer / sentinel)));
            }
            report.Add(
                "Scan of a folder",
                $"The command line as a process of its own, start included, over {Copies} copies of this repository: {Report.Number(files.Length)} files, {Report.Number(megabytes, "0.0")} MB. Sentinel: best of three; the peer once.",
                ["", "time", "MB/s", "Sentinel is faster by"], rows);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string[] Row(string name, double seconds, double megabytes, string ratio) => [name, Report.Seconds(seconds), Report.Number(megabytes / seconds, "0.0"), ratio];

    private static async Task<double> BestAsync(int rounds, Func<Task> run)
    {
        var best = double.MaxValue;
        for (var i = 0; i < rounds; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await run();
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        return best;
    }

    private static async Task CopyAsync(string target, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(target);
        await Build.RunAsync("git", ["-C", Build.Root, "archive", "--format=tar", "-o", target + ".tar", "HEAD"], Build.Root, cancellationToken);
        await Build.RunAsync("tar", ["-xf", target + ".tar", "-C", target], Build.Root, cancellationToken);
        File.Delete(target + ".tar");
    }

    // From the package registry this machine is set up with; without one the peer is left out and said to be.
    private static async Task<bool> InstallPeerAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            await Build.RunAsync("npm", ["install", "--silent", "--no-audit", "--no-fund", $"{Peer}@12", "@secretlint/secretlint-rule-preset-recommend@12"], folder, cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder, "rc.json"), """{ "rules": [{ "id": "@secretlint/secretlint-rule-preset-recommend" }] }""", cancellationToken);
            return true;
        }
        catch (Exception ex) when (ex is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            Console.Error.WriteLine($"{Peer} cannot be had here and is left out: {ex.Message}");
            return false;
        }
    }
}
