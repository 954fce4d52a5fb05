using System.Globalization;

namespace Sentinel.Aspire.Running;

/// <summary>Names the process that listens on a port, where the system tells (Linux).</summary>
internal static class PortOwner
{
    private const string Listening = "0A";
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    public static string Describe(int port)
    {
        if (!OperatingSystem.IsLinux() || Find(port) is not { } pid) return "";
        var name = ReadLine($"/proc/{pid}/comm");
        return string.Create(CultureInfo.InvariantCulture, $" by process {pid}{(name.Length > 0 ? $" ({name})" : "")}");
    }

    internal static int? Find(int port)
    {
        var inodes = Tables.Where(File.Exists).SelectMany(File.ReadLines).Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(f => f.Length > 9 && f[3] == Listening && f[1].EndsWith(string.Create(CultureInfo.InvariantCulture, $":{port:X4}"), StringComparison.Ordinal))
            .Select(f => $"socket:[{f[9]}]").ToHashSet(StringComparer.Ordinal);
        if (inodes.Count == 0) return null;

        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var pid)) continue;
            if (Descriptors(directory).Any(inodes.Contains)) return pid;
        }

        return null;
    }

    private static IEnumerable<string> Descriptors(string process)
    {
        try
        {
            return [.. new DirectoryInfo(Path.Combine(process, "fd")).EnumerateFileSystemInfos().Select(f => f.LinkTarget ?? "")];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // The process belongs to someone else, or has just ended.
        }
    }

    private static string ReadLine(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault("");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
