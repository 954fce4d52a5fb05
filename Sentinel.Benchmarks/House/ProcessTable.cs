using System.Globalization;

namespace Sentinel.Benchmarks.House;

/// <summary>What Linux says of the app host's process and those it started (https://docs.kernel.org/filesystems/proc.html).</summary>
internal static class ProcessTable
{
    /// <summary>The app host and all that descends from it.</summary>
    public static IReadOnlyCollection<int> TreeOf(int appHost)
    {
        var parents = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(n => n!.All(char.IsAsciiDigit))
            .Select(n => int.Parse(n!, CultureInfo.InvariantCulture)).Select(id => (Id: id, Parent: ParentOf(id))).Where(p => p.Parent >= 0).ToDictionary(p => p.Id, p => p.Parent);
        var all = new HashSet<int> { appHost };
        while (parents.Where(p => all.Contains(p.Value) && !all.Contains(p.Key)).Select(p => p.Key).ToArray() is { Length: > 0 } more) all.UnionWith(more);
        return all;
    }

    /// <summary>What a process is for; null for one that only starts another.</summary>
    public static string? NameOf(int id)
    {
        var command = TryRead($"/proc/{id}/cmdline");
        if (command.Contains("/sh\0", StringComparison.Ordinal)) return null;
        if (command.Contains("postgres", StringComparison.Ordinal) && !command.Contains("Sentinel", StringComparison.Ordinal)) return "PostgreSQL";
        return new[] { ("AppHost", "app host with Redis protocol"), ("Api", "API"), ("Worker", "worker"), ("AiService", "AI service"), ("Web", "dashboard") }
            .Where(n => command.Contains($"Sentinel.{n.Item1}", StringComparison.Ordinal)).Select(n => n.Item2).FirstOrDefault();
    }

    /// <summary>The fields behind the name of <c>/proc/[id]/stat</c>, the state first; empty when the process has ended.</summary>
    public static string[] StatOf(int id)
    {
        // The name in brackets may hold anything, so what follows is counted from its end.
        var stat = TryRead($"/proc/{id}/stat");
        return stat.Length == 0 ? [] : stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    /// <summary>A file of <c>/proc</c>; empty when the process has ended.</summary>
    public static string TryRead(string path)
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

    private static int ParentOf(int id) => StatOf(id) is [_, var parent, ..] ? int.Parse(parent, CultureInfo.InvariantCulture) : -1;
}
