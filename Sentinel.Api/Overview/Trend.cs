using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Overview;
using Sentinel.Data;

namespace Sentinel.Api.Overview;

/// <summary>Findings that needed work per day, walked back from what needs it now by the transitions of each day.</summary>
internal static class Trend
{
    private const int Days = 30;

    public static async Task<List<TrendPoint>> LastDaysAsync(SentinelDbContext db, int openNow, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var since = new DateTimeOffset(today.AddDays(1 - Days).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        var rows = await db.FindingEvents.Where(item => item.At >= since)
            .GroupBy(item => item.At.Date)
            .Select(day => new
            {
                day.Key,
                Opened = day.Count(item =>
                    item.ToState != FindingState.Fixed && item.ToState != FindingState.Dismissed
                    && (item.FromState == null || item.FromState == FindingState.Fixed || item.FromState == FindingState.Dismissed)),
                Closed = day.Count(item =>
                    item.FromState != null && item.FromState != FindingState.Fixed && item.FromState != FindingState.Dismissed
                    && (item.ToState == FindingState.Fixed || item.ToState == FindingState.Dismissed)),
            })
            .ToListAsync(cancellationToken);
        var moves = rows.ToDictionary(row => DateOnly.FromDateTime(row.Key), row => (row.Opened, row.Closed));
        var points = new List<TrendPoint>(Days);
        var open = openNow;
        for (var day = today; points.Count < Days; day = day.AddDays(-1))
        {
            var (opened, closed) = moves.GetValueOrDefault(day);
            points.Add(new TrendPoint(day, Math.Max(0, open), opened, closed));
            open -= opened - closed;
        }

        points.Reverse();
        return points;
    }
}
