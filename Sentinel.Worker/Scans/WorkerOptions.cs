using System.ComponentModel.DataAnnotations;

namespace Sentinel.Worker.Scans;

/// <summary>How a worker works.</summary>
public sealed class WorkerOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Worker";

    /// <summary>Scans that run at once in this process. Default 2.</summary>
    [Range(1, 64)]
    public int Concurrency { get; set; } = 2;

    /// <summary>Time one scan may take. Default 30 minutes.</summary>
    public TimeSpan ScanTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>First wait before a failed scan is tried again; it doubles each time, with jitter. Default 5 seconds.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Explanations asked for by one scan at most. Default 20.</summary>
    [Range(0, 1000)]
    public int ExplanationsPerScan { get; set; } = 20;
}
