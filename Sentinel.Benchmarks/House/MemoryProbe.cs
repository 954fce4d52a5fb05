using System.Globalization;

namespace Sentinel.Benchmarks.House;

/// <summary>Resident memory of the app host and what it started, in MiB by name.</summary>
internal static class MemoryProbe
{
    /// <summary>Shared pages are counted once for each group (proportional set size, https://docs.kernel.org/filesystems/proc.html).</summary>
    public static IReadOnlyDictionary<string, double> Read(int appHost) =>
        ProcessTable.TreeOf(appHost).Select(id => (Name: ProcessTable.NameOf(id), Size: SizeOf(id))).Where(p => p.Name is not null).GroupBy(p => p.Name!).OrderBy(g => g.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Count() > 1 && g.Key != "PostgreSQL" ? $"{g.Key} (each of {g.Count()})" : g.Key, g => (g.Key == "PostgreSQL" ? g.Sum(p => p.Size) : g.Average(p => p.Size)) / 1024);

    private static double SizeOf(int id) =>
        ProcessTable.TryRead($"/proc/{id}/smaps_rollup").Split('\n').Where(l => l.StartsWith("Pss:", StringComparison.Ordinal))
            .Select(l => double.Parse(l[4..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture)).FirstOrDefault();
}
