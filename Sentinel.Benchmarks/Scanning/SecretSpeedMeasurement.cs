using System.Diagnostics;
using System.Globalization;
using Sentinel.Benchmarks.Reporting;
using Sentinel.Scanning.Secrets;
using Sentinel.Scanning.Secrets.Generic;

namespace Sentinel.Benchmarks.Scanning;

/// <summary>
/// The native command line on one processor over ordinary source trees, beside ripgrep looking for nothing but the rules' keywords:
/// less than that no scanner that uses these keywords can do.
/// </summary>
internal static class SecretSpeedMeasurement
{
    private const int Rounds = 3;

    public static async Task RunAsync(IReadOnlyList<string> trees, Report report, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("sentinel-benchmark-secrets-").FullName;
        try
        {
            var sentinel = await PublishAsync(folder, cancellationToken);
            var keywords = Path.Combine(folder, "keywords.txt");
            var words = SecretRuleSet.BuiltIn.Rules.SelectMany(r => r.Data.Keywords).Concat(GenericSecret.Words).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
            await File.WriteAllLinesAsync(keywords, words, cancellationToken);
            var rows = new List<string[]>();
            foreach (var tree in trees)
            {
                var files = Directory.GetFiles(tree, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint });
                var megabytes = files.Sum(f => (double)new FileInfo(f).Length) / 1e6;
                var own = Best(["taskset", "-c", "0", sentinel, "scan", tree, "--no-cache", "--format", "json", "--output", Path.Combine(folder, "report.json")]);
                var bound = Best(["taskset", "-c", "0", "rg", "-j1", "-F", "-i", "-uu", "-c", "-f", keywords, tree]);
                var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(tree));
                rows.Add([$"{name}: {Report.Number(files.Length)} files, {Report.Number(megabytes)} MB", "sentinel scan", .. Figures(own, megabytes), Ratio(bound.Processor / own.Processor)]);
                rows.Add(["", $"rg -j1 -F -i, {Report.Number(words.Length)} keywords", .. Figures(bound, megabytes), ""]);
            }
            var one = Path.Combine(folder, "one");
            Directory.CreateDirectory(one);
            await File.WriteAllTextAsync(Path.Combine(one, "a.cs"), "class A;\n", cancellationToken);
            report.Add(
                "Secrets: speed on one processor",
                $"The native command line, start included, all scanners and {Report.Number(SecretRuleSet.BuiltIn.Rules.Count)} rules for secrets, without cache; best of {Rounds} by processor time. The ratio is against ripgrep looking only for the keywords.",
                ["tree", "", "CPU", "MB/s of CPU", "wall", "peak memory", "of the bound"], rows);
            var start = Enumerable.Range(0, 10).Select(_ => Measure([sentinel, "scan", one, "--no-cache"]).Wall).Order().ToArray();
            var version = Enumerable.Range(0, 10).Select(_ => Measure([sentinel, "--version"]).Wall).Order().ToArray();
            report.Add("Command line, cold start", "The native binary as a process of its own, 10 times.", ["", "median", "slowest"],
                [["sentinel scan of a folder with one file", Report.Milliseconds(start[5] * 1000), Report.Milliseconds(start[9] * 1000)], ["sentinel --version", Report.Milliseconds(version[5] * 1000), Report.Milliseconds(version[9] * 1000)]]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> PublishAsync(string folder, CancellationToken cancellationToken)
    {
        await Build.RunAsync("dotnet", ["publish", Path.Combine(Build.Root, "Sentinel.Cli"), "-c", "Release", "-r", System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier, "-o", Path.Combine(folder, "cli"), "-v", "quiet"], Build.Root, cancellationToken);
        return Path.Combine(folder, "cli", "sentinel");
    }

    private static string[] Figures((double Processor, double Wall, double Megabytes) run, double megabytes) =>
        [Report.Seconds(run.Processor), Report.Number(megabytes / run.Processor), Report.Seconds(run.Wall), $"{Report.Number(run.Megabytes)} MB"];

    private static string Ratio(double ratio) => ratio.ToString("0.00", CultureInfo.InvariantCulture) + "×";

    private static (double Processor, double Wall, double Megabytes) Best(string[] command) => Enumerable.Range(0, Rounds).Select(_ => Measure(command)).MinBy(r => r.Processor);

    // GNU time counts the processor time of children too.
    private static (double Processor, double Wall, double Megabytes) Measure(string[] command)
    {
        var start = new ProcessStartInfo("/usr/bin/time", ["-f", "%U %S %M", .. command]) { RedirectStandardError = true, RedirectStandardOutput = true };
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        var wall = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var parts = error.TrimEnd().Split('\n')[^1].Split(' ').Select(p => double.Parse(p, CultureInfo.InvariantCulture)).ToArray();
        return (parts[0] + parts[1], wall, parts[2] / 1000);
    }
}
