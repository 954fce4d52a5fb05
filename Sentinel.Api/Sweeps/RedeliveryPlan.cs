namespace Sentinel.Api.Sweeps;

/// <summary>Which deliveries to ask GitHub for again.</summary>
/// <param name="Again">Ids of the newest tries, in the order in which the events happened: a push must not come after the one that followed it.</param>
/// <param name="GivenUp">Events that failed too often, or are older than GitHub keeps them.</param>
internal sealed record RedeliveryPlan(IReadOnlyList<long> Again, int GivenUp)
{
    /// <summary>Tries of one event, GitHub's own first one included; the last comes about half a day after the first.</summary>
    public const int MaxTries = 10;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);

    /// <summary>How old a delivery may be that GitHub sends again.</summary>
    /// <remarks>https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks: the past 3 days.</remarks>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(3);

    /// <summary>Decides by the log.</summary>
    /// <param name="log">Tries in any order; those of success may be missing.</param>
    /// <param name="taken">Guids that Sentinel has stored, whatever the log says: an answer can get lost.</param>
    public static RedeliveryPlan Of(IEnumerable<LoggedDelivery> log, IReadOnlySet<string> taken, DateTimeOffset now)
    {
        var again = new List<(DateTimeOffset Happened, long Id)>();
        var givenUp = 0;
        foreach (var tries in log.GroupBy(d => d.Guid, StringComparer.Ordinal).Select(g => g.OrderBy(d => d.DeliveredAt).ThenBy(d => d.Id).ToArray()))
        {
            if (taken.Contains(tries[0].Guid) || tries.Any(d => d.IsTaken)) continue;
            if (tries.Length >= MaxTries || now - tries[0].DeliveredAt > MaxAge) givenUp++;
            else if (now - tries[^1].DeliveredAt >= PauseAfter(tries.Length)) again.Add((tries[0].DeliveredAt, tries[^1].Id));
        }
        return new RedeliveryPlan([.. again.OrderBy(d => d.Happened).ThenBy(d => d.Id).Select(d => d.Id)], givenUp);
    }

    // What fails for a reason of its own is asked for ever less often.
    private static TimeSpan PauseAfter(int tries) => FirstPause * Math.Pow(2, tries - 1);
}
