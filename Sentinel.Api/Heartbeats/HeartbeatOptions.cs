using System.ComponentModel.DataAnnotations;

namespace Sentinel.Api.Heartbeats;

/// <summary>How often the detectors are tried.</summary>
public sealed class HeartbeatOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Heartbeat";

    /// <summary>Whether they are tried at all. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>From one beat to the next, 1 minute to 12 hours. Default 1 hour. A beat tries so many rules that all have their turn within a day.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "12:00:00")]
    public TimeSpan Period { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long after its start a process sends its first beat. Default 1 minute.</summary>
    public TimeSpan FirstAfter { get; set; } = TimeSpan.FromMinutes(1);
}
