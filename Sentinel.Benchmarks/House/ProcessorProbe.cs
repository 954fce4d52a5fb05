using System.Globalization;

namespace Sentinel.Benchmarks.House;

/// <summary>Processor time of the workers: user and system, and that of the git processes they waited for.</summary>
internal sealed class ProcessorProbe(int appHost)
{
    // USER_HZ, 100 on every architecture that .NET runs on (https://man7.org/linux/man-pages/man7/time.7.html).
    private const double TicksPerSecond = 100;

    private readonly int[] _workers = [.. ProcessTable.TreeOf(appHost).Where(id => ProcessTable.NameOf(id) == "worker")];

    /// <summary>Seconds since the workers' start, to a hundredth.</summary>
    public ProcessorTime Read()
    {
        // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, fields 14 to 17: utime, stime, cutime, cstime.
        var ticks = _workers.Select(id => ProcessTable.StatOf(id)[11..15].Select(t => long.Parse(t, CultureInfo.InvariantCulture)).ToArray()).ToArray();
        return new ProcessorTime(ticks.Sum(t => t[0] + t[1]) / TicksPerSecond, ticks.Sum(t => t[2] + t[3]) / TicksPerSecond);
    }
}

/// <summary>Seconds of processor time.</summary>
/// <param name="Own">Of the workers themselves.</param>
/// <param name="Git">Of the git processes they waited for.</param>
internal readonly record struct ProcessorTime(double Own, double Git)
{
    public double All => Own + Git;

    public static ProcessorTime operator -(ProcessorTime a, ProcessorTime b) => new(a.Own - b.Own, a.Git - b.Git);
}
