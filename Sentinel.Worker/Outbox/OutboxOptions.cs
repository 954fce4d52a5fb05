using System.ComponentModel.DataAnnotations;

namespace Sentinel.Worker.Outbox;

/// <summary>How the outbox is delivered.</summary>
public sealed class OutboxOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Outbox";

    /// <summary>Messages of one kind that one process delivers at once. Default 5.</summary>
    [Range(1, 100)]
    public int Concurrency { get; set; } = 5;

    /// <summary>How often the database is asked when there was nothing to do. Default 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>First wait after a failed attempt; it doubles each time up to <see cref="MaxRetryDelay"/>, with jitter. Default 2 seconds.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest wait between two attempts. Default 10 minutes.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long a message belongs to the worker that took it; one whose worker died is delivered by another after this time. An attempt
    /// is cut off after three quarters of it. Default 4 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:10", "01:00:00")]
    public TimeSpan LeaseTime { get; set; } = TimeSpan.FromMinutes(4);

    /// <summary>
    /// How long a delivered message is kept, for the journey of its request and so that an idempotency key means the same again. Default
    /// 30 days.
    /// </summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan KeepDelivered { get; set; } = TimeSpan.FromDays(30);
}
