using Sentinel.Contracts.Heartbeats;

namespace Sentinel.Api.Heartbeats;

/// <summary>Decides what is wrong. Pure.</summary>
internal static class HeartbeatAlerts
{
    private const int MaxNamed = 5;

    /// <param name="lastCompleted">When a beat was last answered; null for never.</param>
    /// <param name="unanswered">When the oldest beat after it was queued; null when none waits.</param>
    /// <param name="missed">Ids of rules whose last try failed.</param>
    public static List<HeartbeatAlert> Of(
        DateTimeOffset? lastCompleted, DateTimeOffset? unanswered, IReadOnlyList<string> missed, TimeSpan period, DateTimeOffset now)
    {
        var alerts = new List<HeartbeatAlert>();
        // A beat must be waiting: after a night with the API switched off there is no silence, only a beat that is not sent yet.
        if (unanswered is { } waiting && now - waiting >= period && now - (lastCompleted ?? waiting) >= period * 2)
        {
            var since = lastCompleted is { } last ? $"since {last:yyyy-MM-dd HH:mm} UTC" : "at all";
            alerts.Add(new HeartbeatAlert("silent", $"No worker has answered a heartbeat {since}: what is pushed now is not looked at."));
        }
        if (missed.Count > 0)
        {
            var named = string.Join(", ", missed.Take(MaxNamed)) + (missed.Count > MaxNamed ? $" and {missed.Count - MaxNamed} more" : "");
            alerts.Add(new HeartbeatAlert("missed", $"{(missed.Count == 1 ? "A rule does" : $"{missed.Count} rules do")} not find {(missed.Count == 1 ? "its" : "their")} own example: {named}."));
        }

        return alerts;
    }
}
