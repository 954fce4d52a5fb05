using System.Diagnostics;
using Sentinel.Benchmarks.Reporting;
using Sentinel.Scanning.Secrets;
using Sentinel.Scanning.Secrets.Matching;

namespace Sentinel.Benchmarks.Scanning;

/// <summary>The engine alone on one thread over files in memory: what the prefilter costs, and what everything costs.</summary>
internal static class EngineMeasurement
{
    private const int Rounds = 8;

    public static void Print(string folder, SecretRuleSet rules)
    {
        var files = Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Select(f => (Path: f, Bytes: File.ReadAllBytes(f))).Where(f => f.Bytes.Length < 10 << 20 && !f.Bytes.AsSpan(0, Math.Min(8000, f.Bytes.Length)).Contains((byte)0)).ToArray();
        var megabytes = files.Sum(f => (double)f.Bytes.Length) / 1e6;
        var hits = 0;
        var prefilter = Best(() =>
        {
            var count = new Counter();
            foreach (var file in files) rules.Index.Literals.Scan(file.Bytes, ref count);
            hits = count.Hits;
        });
        var found = 0;
        var allocated = 0L;
        var all = Best(() =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            found = files.Sum(f => SecretScanner.Scan(f.Bytes, f.Path, rules, CancellationToken.None).Count);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        });
        var byRule = files.SelectMany(f => SecretScanner.Scan(f.Bytes, f.Path, rules, CancellationToken.None)).CountBy(s => s.Rule.Id).OrderByDescending(c => c.Value).Take(15);
        if (Environment.GetEnvironmentVariable("SHOW") is { } show)
        {
            foreach (var f in files)
            {
                foreach (var s in SecretScanner.Scan(f.Bytes, f.Path, rules, CancellationToken.None).Where(s => s.Rule.Id.Contains(show)).Take(2))
                    Console.WriteLine($"{s.Rule.Id} {f.Path[^Math.Min(60, f.Path.Length)..]}: {System.Text.Encoding.Latin1.GetString(f.Bytes[Math.Max(0, s.Start - 60)..Math.Min(f.Bytes.Length, s.End + 10)]).ReplaceLineEndings(" ")}");
            }
        }
        Console.WriteLine("secrets: " + string.Join(", ", byRule.Select(c => $"{c.Key} {c.Value}")));
        var places = new Counter { Counts = new int[rules.Index.IsName.Length] };
        foreach (var file in files) rules.Index.Literals.Scan(file.Bytes, ref places);
        Console.WriteLine("keywords: " + string.Join(", ", places.Counts!.Index().OrderByDescending(c => c.Item).Take(40).Select(c => $"{rules.Index.Literals.TextOf(c.Index)} {c.Item}")));
        Console.WriteLine($"{megabytes:0} MB, {rules.Rules.Count} rules: prefilter {megabytes / prefilter:0} MB/s ({hits} hits), all {megabytes / all:0} MB/s ({found} secrets, {Report.Number(allocated / 1e6)} MB allocated)");
    }

    private static double Best(Action action)
    {
        var best = double.MaxValue;
        for (var i = 0; i < Rounds; i++)
        {
            var started = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        return best;
    }

    private struct Counter : ILiteralSink
    {
        public int Hits { get; private set; }

        public int[]? Counts { get; init; }

        public void Hit(int literal, int index)
        {
            Hits++;
            if (Counts is not null) Counts[literal]++;
        }
    }
}
