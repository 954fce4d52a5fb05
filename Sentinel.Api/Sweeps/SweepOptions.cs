using System.ComponentModel.DataAnnotations;

namespace Sentinel.Api.Sweeps;

/// <summary>How often Sentinel looks for what it missed. Without a GitHub App there is nothing to ask, and no sweep runs.</summary>
public sealed class SweepOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Sweeps";

    /// <summary>Whether they run at all. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>From one look at GitHub's delivery log to the next, 1 minute to 1 day. Default 5 minutes; the first is at start.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan RedeliveryPeriod { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>From one comparison of all heads with their scans to the next, 1 hour to 30 days. Default 1 day.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "30.00:00:00")]
    public TimeSpan ReconciliationPeriod { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long after its start a process begins, up to 1 hour. Default 15 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan FirstAfter { get; set; } = TimeSpan.FromSeconds(15);
}
