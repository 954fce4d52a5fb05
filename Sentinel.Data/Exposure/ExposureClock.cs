using Sentinel.Contracts.Findings;

namespace Sentinel.Data.Exposure;

/// <summary>How long a secret was within reach of others. Pure: the same in lists, on pages and in exports.</summary>
public static class ExposureClock
{
    /// <summary>When the clock began: the first push, else the time the commit claims, else the first scan that saw the value.</summary>
    /// <remarks>A commit's time is chosen by whoever made it: one in the future of the scan is not believed.</remarks>
    public static DateTimeOffset Since(DateTimeOffset? firstPushedAt, DateTimeOffset? committedAt, DateTimeOffset firstSeenAt) =>
        firstPushedAt ?? (committedAt < firstSeenAt ? committedAt.Value : firstSeenAt);

    /// <summary>When the clock stopped; null while it runs. Leaving the code does not stop it.</summary>
    public static DateTimeOffset? Until(DateTimeOffset? rotatedAt, FindingState state, DateTimeOffset? closedAt) =>
        rotatedAt ?? (state is FindingState.Fixed or FindingState.Dismissed ? closedAt : null);

    /// <summary>Whole minutes, never negative.</summary>
    public static long Minutes(DateTimeOffset since, DateTimeOffset? until, DateTimeOffset now) =>
        Math.Max(0, (long)((until ?? now) - since).TotalMinutes);
}
