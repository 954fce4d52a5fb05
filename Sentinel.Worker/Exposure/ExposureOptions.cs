using System.ComponentModel.DataAnnotations;

namespace Sentinel.Worker.Exposure;

/// <summary>How far leaked secrets are followed into the history.</summary>
public sealed class ExposureOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Exposure";

    /// <summary>Whether a repository's first scan is followed by one of its whole history. Default true.</summary>
    public bool HistoryAfterFirstScan { get; set; } = true;

    /// <summary>Generations of commits that a push may reach back before the rest is left to the scan of the history. Default 100,000.</summary>
    [Range(1, int.MaxValue)]
    public int MaxPushDepth { get; set; } = 100_000;

    /// <summary>Distinct contents that one push may bring. Default 500,000; the rest is not looked at, and the report says so.</summary>
    [Range(1, int.MaxValue)]
    public int MaxPushBlobs { get; set; } = 500_000;

    /// <summary>Distinct contents of a whole history. Default 5,000,000; the rest is not looked at, and the report says so.</summary>
    [Range(1, int.MaxValue)]
    public int MaxHistoryBlobs { get; set; } = 5_000_000;

    /// <summary>Time for reading the commits of one push. Default 10 minutes; the rest is not looked at, and the report says so.</summary>
    public TimeSpan PushTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Time after which the scan of a history makes room for waiting scans of pushes and pull requests. Default 30 seconds.</summary>
    public TimeSpan HistorySlice { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Secrets whose refs are compared after one scan. Default 500; the rest waits for the next scan.</summary>
    [Range(1, 100_000)]
    public int MaxRefChecks { get; set; } = 500;
}
