using System.Globalization;

namespace Sentinel.Benchmarks.House;

/// <summary>Resident memory of the app host and what it started, in MiB by name.</summary>
internal static class MemoryProbe
{
    /// <summary>Shared pages are counted once for each group (proportional set size, https://docs.kernel.org/filesystems/proc.html).</summary>
    public static IReadOnlyDictionary<string, double> Read(int appHost)
    {
        var parents = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(n => n!.All(char.IsAsciiDigit))
            .Select(n => int.Parse(n!, CultureInfo.InvariantCulture)).Select(id => (Id: id, Parent: ParentOf(id))).Where(p => p.Parent >= 0).ToDictionary(p => p.Id, p => p.Parent);
        var all = new HashSet<int> { appHost };
        while (parents.Where(p => all.Contains(p.Value) && !all.Contains(p.Key)).Select(p => p.Key).ToArray() is { Length: > 0 } more) all.UnionWith(more);
        return all.Select(id => (Name: NameOf(id), Size: SizeOf(id))).Where(p => p.Name is not null).GroupBy(p => p.Name!).OrderBy(g => g.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Count() > 1 && g.Key != "PostgreSQL" ? $"{g.Key} (each of {g.Count()})" : g.Key, g => (g.Key == "PostgreSQL" ? g.Sum(p => p.Size) : g.Average(p => p.Size)) / 1024);
    }

    private static int ParentOf(int id)
    {
        try
        {
            // The name in brackets may hold anything, so what follows is counted from its end.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return -1;
        }
    }

    private static string? NameOf(int id)
    {
        var command = TryRead($"/proc/{id}/cmdline");
        if (command.Contains("/sh\0", StringComparison.Ordinal)) return null;
        if (command.Contains("postgres", StringComparison.Ordinal) && !command.Contains("Sentinel", StringComparison.Ordinal)) return "PostgreSQL";
        return new[] { ("AppHost", "app host with Redis protocol"), ("Api", "API"), ("Worker", "worker"), ("AiService", "AI service"), ("Web", "dashboard") }
            .Where(n => command.Contains($"Sentinel.{n.Item1}", StringComparison.Ordinal)).Select(n => n.Item2).FirstOrDefault();
    }

    private static double SizeOf(int id) =>
        TryRead($"/proc/{id}/smaps_rollup").Split('\n').Where(l => l.StartsWith("Pss:", StringComparison.Ordinal))
            .Select(l => double.Parse(l[4..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture)).FirstOrDefault();

    private static string TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
