using System.ComponentModel.DataAnnotations;

namespace Sentinel.Data.Queue;

/// <summary>How scans are dispatched.</summary>
public sealed class ScanQueueOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Queue";

    /// <summary>How long a worker owns a scan without renewing it. Default 60 seconds.</summary>
    public TimeSpan LeaseTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a scan is tried before it is dead-lettered. Default 5.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 5;

    /// <summary>Running scans allowed for one repository. Default 2.</summary>
    [Range(1, 1000)]
    public int RunningPerRepository { get; set; } = 2;

    /// <summary>How often Postgres and Redis are compared. Default 30 seconds.</summary>
    public TimeSpan ReconcileInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a waiting worker sleeps at most when no wake-up arrives. Default 2 seconds, with jitter.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Head start of an interactive scan over a push, so that neither starves the other. Default 30 seconds.</summary>
    public TimeSpan PushHandicap { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Head start of an interactive scan over a background scan. Default 10 minutes.</summary>
    public TimeSpan BackgroundHandicap { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether each comparison writes the queue's length to the log, for platforms that scale by what logs say. Default false.</summary>
    public bool LogDepth { get; set; }
}
