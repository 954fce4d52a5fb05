using System.Diagnostics;
using System.Globalization;

namespace Sentinel.Aspire.Running;

/// <summary>
/// Children must not outlive the app host, even one that is killed. On Linux setpriv(1) sets the parent-death signal
/// (and the user); elsewhere on Unix a tiny shell watches the app host; on Windows a job object ends with it.
/// </summary>
internal static class OrphanGuard
{
    private static readonly string? SetPriv = OperatingSystem.IsLinux() ? Executables.Find("setpriv") : null;

    public static (string FileName, IEnumerable<string> Arguments) Wrap(LaunchSpec spec)
    {
        if (SetPriv is not null)
        {
            string[] user = spec.User is { } u
                ? [string.Create(CultureInfo.InvariantCulture, $"--reuid={u.Uid}"), string.Create(CultureInfo.InvariantCulture, $"--regid={u.Gid}"), "--clear-groups"]
                : [];
            return (SetPriv, [.. user, "--pdeathsig", spec.OrphanSignal, "--", spec.FileName, .. spec.Arguments]);
        }

        if (spec.User is { } other)
        {
            return Executables.Find("runuser") is { } runuser
                ? (runuser, ["-u", other.Name, "--", spec.FileName, .. spec.Arguments])
                : ("su", ["-s", "/bin/sh", other.Name, "-c", "exec \"$0\" \"$@\"", "--", spec.FileName, .. spec.Arguments]);
        }

        return (spec.FileName, spec.Arguments);
    }

    public static void Watch(Process child)
    {
        if (OperatingSystem.IsWindows()) WindowsJob.Add(child);
        else if (SetPriv is null) StartWatcher(child.Id);
    }

    private static void StartWatcher(int child)
    {
        // Polling is coarse but needs nothing except a shell; it ends with whichever of the two ends first.
        const string Script = "while kill -0 \"$1\" 2>/dev/null && kill -0 \"$2\" 2>/dev/null; do sleep 1; done; kill -0 \"$1\" 2>/dev/null || kill -INT \"$2\" 2>/dev/null; sleep 5; kill -0 \"$1\" 2>/dev/null || kill -KILL \"$2\" 2>/dev/null";
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, "watch", Text(Environment.ProcessId), Text(child)]) { UseShellExecute = false };
        using var watcher = Process.Start(start);
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
