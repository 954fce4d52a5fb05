using System.Globalization;

namespace Sentinel.Benchmarks.House;

/// <summary>Processor time of the workers: user and system, and that of the git processes they waited for.</summary>
internal sealed class ProcessorProbe(int appHost)
{
    // USER_HZ, 100 on every architecture that .NET runs on (https://man7.org/linux/man-pages/man7/time.7.html).
    private const double TicksPerSecond = 100;

    private readonly int[] _workers = [.. ProcessTable.TreeOf(appHost).Where(id => ProcessTable.NameOf(id) == "worker")];

    /// <summary>Seconds since the workers' start, to a hundredth.</summary>
    public double Read() => _workers.Sum(SecondsOf);

    // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, fields 14 to 17: utime, stime, cutime, cstime.
    private static double SecondsOf(int id) => ProcessTable.StatOf(id)[11..15].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)) / TicksPerSecond;
}
