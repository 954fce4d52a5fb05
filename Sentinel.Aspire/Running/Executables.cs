using System.Globalization;
using System.Runtime.InteropServices;

namespace Sentinel.Aspire.Running;

internal sealed record UnixUser(string Name, int Uid, int Gid)
{
    /// <summary>The unprivileged user for PostgreSQL when we are root.</summary>
    public static UnixUser? Unprivileged() =>
        File.Exists("/etc/passwd")
            ? File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(f => f.Length > 3 && f[0] is "postgres" or "nobody")
                .OrderByDescending(f => f[0], StringComparer.Ordinal)
                .Select(f => new UnixUser(f[0], int.Parse(f[2], CultureInfo.InvariantCulture), int.Parse(f[3], CultureInfo.InvariantCulture)))
                .FirstOrDefault()
            : null;
}

internal static class Executables
{
    private static readonly string Suffix = OperatingSystem.IsWindows() ? ".exe" : "";

    /// <summary>The full path of a program on PATH, or in the system's directories, which root's PATH may lack.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Concat(["/usr/bin", "/bin", "/usr/sbin", "/sbin"])
            .Where(Path.IsPathFullyQualified).Select(directory => Path.Combine(directory, name + Suffix)).FirstOrDefault(File.Exists);

    /// <summary>The dotnet host that runs this process.</summary>
    public static string DotNet()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host && File.Exists(host)) return host;
        var own = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet" + Suffix));
        return File.Exists(own) ? own : "dotnet";
    }
}
