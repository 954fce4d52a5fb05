namespace Sentinel.Contracts.Heartbeats;

/// <summary>Whether the detectors still detect: synthetic content with known defects runs through queue, worker and engine on a schedule.</summary>
/// <param name="PeriodSeconds">Seconds from one beat to the next.</param>
/// <param name="LastQueuedAt">Null when there was no beat yet.</param>
/// <param name="LastCompletedAt">Null when none was answered yet.</param>
/// <param name="Rules">Rules of this version.</param>
/// <param name="Tried">Rules tried in the last 24 hours and one period.</param>
/// <param name="Found">Those of <paramref name="Tried"/> whose last try found its defect.</param>
/// <param name="Beats">Beats answered in the last 24 hours.</param>
/// <param name="LatencyP50">Seconds from queueing to stored findings over these; null when there were none.</param>
/// <param name="LatencyP95">As <paramref name="LatencyP50"/>.</param>
/// <param name="Missed">Rules whose last try did not find its defect, at most 100.</param>
/// <param name="Alerts">What is wrong, in sentences; empty when all is well.</param>
public sealed record HeartbeatSnapshot(
    bool Enabled, double PeriodSeconds, DateTimeOffset? LastQueuedAt, DateTimeOffset? LastCompletedAt, int Rules, int Tried, int Found, int Beats,
    double? LatencyP50, double? LatencyP95, IReadOnlyList<MissedRule> Missed, IReadOnlyList<HeartbeatAlert> Alerts);

/// <summary>A rule that did not find its own example.</summary>
/// <param name="LastFoundAt">Null when it never did.</param>
/// <param name="Recent">Newest first: <c>1</c> found, <c>0</c> missed; at most 24.</param>
public sealed record MissedRule(string RuleId, DateTimeOffset TriedAt, DateTimeOffset? LastFoundAt, string Recent);

/// <summary>Something is wrong with the detectors.</summary>
/// <param name="Code">Stable code: silent, missed.</param>
public sealed record HeartbeatAlert(string Code, string Message);
