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
    // As many as a scanner of some hundred rules has. With thousands ripgrep falls back to an automaton that is many times slower.
    private const int FewKeywords = 214;

    public static async Task RunAsync(IReadOnlyList<string> trees, IReadOnlyList<string> repositories, Report report, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("sentinel-benchmark-secrets-").FullName;
        try
        {
            var sentinel = await PublishAsync(folder, cancellationToken);
            var keywords = Path.Combine(folder, "keywords.txt");
            var words = SecretRuleSet.BuiltIn.Rules.SelectMany(r => r.Data.Keywords).Concat(GenericSecret.Words).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
            await File.WriteAllLinesAsync(keywords, words, cancellationToken);
            var few = Path.Combine(folder, "few.txt");
            await File.WriteAllLinesAsync(few, Enumerable.Range(0, FewKeywords).Select(i => words[i * words.Length / FewKeywords]), cancellationToken);
            var rows = new List<string[]>();
            foreach (var tree in trees)
            {
                var files = Directory.GetFiles(tree, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint });
                var megabytes = files.Sum(f => (double)new FileInfo(f).Length) / 1e6;
                var own = Best(["taskset", "-c", "0", sentinel, "scan", tree, "--no-cache", "--format", "json", "--output", Path.Combine(folder, "report.json")]);
                var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(tree));
                rows.Add([$"{name}: {Report.Number(files.Length)} files, {Report.Number(megabytes)} MB", "sentinel scan", .. Figures(own, megabytes), ""]);
                foreach (var (file, count) in new[] { (few, FewKeywords), (keywords, words.Length) })
                {
                    var bound = Best(["taskset", "-c", "0", "rg", "-j1", "-F", "-i", "-uu", "-c", "-f", file, tree]);
                    rows.Add(["", $"rg -j1 -F -i, {Report.Number(count)} keywords", .. Figures(bound, megabytes), Ratio(bound.Processor / own.Processor)]);
                }
            }
            var one = Path.Combine(folder, "one");
            Directory.CreateDirectory(one);
            await File.WriteAllTextAsync(Path.Combine(one, "a.cs"), "class A;\n", cancellationToken);
            report.Add(
                "Secrets: speed on one processor",
                $"The native command line, start included, all scanners and {Report.Number(SecretRuleSet.BuiltIn.Rules.Count)} rules for secrets, without cache; best of {Rounds} by processor time. Beside it ripgrep, looking for nothing but keywords: an even choice of {FewKeywords} of the rules', and all of them, with which it falls back to a slower way.",
                ["tree", "", "CPU", "MB/s of CPU", "wall", "peak memory", "Sentinel's speed against it"], rows);
            if (repositories.Count > 0) MeasureHistories(repositories, sentinel, few, report);
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

    // What scanners do that read the text of git log; git's share of it is the bound.
    private static void MeasureHistories(IReadOnlyList<string> repositories, string sentinel, string keywords, Report report)
    {
        var rows = new List<string[]>();
        foreach (var repository in repositories)
        {
            var own = Measure([sentinel, "scan", "--history", repository, "--no-cache", "--format", "json", "--output", "/dev/null"]);
            var patches = Measure(["git", "-C", repository, "log", "-p", "-U0", "--full-history", "--all"]);
            if (!patches.Succeeded)
            {
                rows.Add([Path.GetFileName(Path.TrimEndingDirectorySeparator(repository)), "sentinel scan --history", .. HistoryFigures(own), "git log -p stops at an object that is missing"]);
                continue;
            }
            var searched = Measure(["sh", "-c", "git -C \"$0\" log -p -U0 --full-history --all | rg -j1 -F -i -a -c -f \"$1\"", repository, keywords]);
            rows.Add([Path.GetFileName(Path.TrimEndingDirectorySeparator(repository)), "sentinel scan --history", .. HistoryFigures(own), ""]);
            rows.Add(["", "git log -p alone", .. HistoryFigures(patches), Ratio(patches.Processor / own.Processor)]);
            rows.Add(["", $"git log -p into rg -j1 -F -i, {FewKeywords} keywords", .. HistoryFigures(searched), Ratio(searched.Processor / own.Processor)]);
        }
        report.Add(
            "Secrets: a full history", "Every version of every file in every ref, once, without cache; processor time of git included. Beside it what a scanner begins with that reads the text of `git log -p`.",
            ["repository", "", "CPU", "wall", "peak memory", "Sentinel's speed against it"], rows);
    }

    private static string[] HistoryFigures((double Processor, double Wall, double Megabytes, bool Succeeded) run) => [Report.Seconds(run.Processor), Report.Seconds(run.Wall), $"{Report.Number(run.Megabytes)} MB"];

    private static async Task<string> PublishAsync(string folder, CancellationToken cancellationToken)
    {
        await Build.RunAsync("dotnet", ["publish", Path.Combine(Build.Root, "Sentinel.Cli"), "-c", "Release", "-r", System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier, "-o", Path.Combine(folder, "cli"), "-v", "quiet"], Build.Root, cancellationToken);
        return Path.Combine(folder, "cli", "sentinel");
    }

    private static string[] Figures((double Processor, double Wall, double Megabytes, bool Succeeded) run, double megabytes) =>
        [Report.Seconds(run.Processor), Report.Number(megabytes / run.Processor), Report.Seconds(run.Wall), $"{Report.Number(run.Megabytes)} MB"];

    private static string Ratio(double ratio) => ratio.ToString("0.00", CultureInfo.InvariantCulture) + "×";

    private static (double Processor, double Wall, double Megabytes, bool Succeeded) Best(string[] command) => Enumerable.Range(0, Rounds).Select(_ => Measure(command)).MinBy(r => r.Processor);

    // GNU time counts the processor time of children too.
    private static (double Processor, double Wall, double Megabytes, bool Succeeded) Measure(string[] command)
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
        return (parts[0] + parts[1], wall, parts[2] / 1000, process.ExitCode == 0);
    }
}
