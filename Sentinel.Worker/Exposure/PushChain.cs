using Microsoft.EntityFrameworkCore;
using Sentinel.Data;
using Sentinel.Data.Scans;

namespace Sentinel.Worker.Exposure;

/// <summary>One push as a webhook told of it.</summary>
/// <param name="Before">Where the ref stood; null when it was new or nobody said.</param>
/// <param name="After">Where it stands; null when it was deleted or only its name is known.</param>
/// <param name="Base">The tip of the branch that a pull request goes to; null for anything else.</param>
/// <param name="ReceivedAt">When GitHub's delivery came in; null when a person asked for the scan.</param>
internal sealed record Push(string? Before, string? After, string? Base, DateTimeOffset? ReceivedAt);

/// <summary>
/// The pushes that a scan answers for: its own, and those whose scans it superseded. Only the newest tree is worth scanning, but a secret
/// that came with a superseded push and left with the next was leaked all the same.
/// </summary>
internal static class PushChain
{
    private const int MaxPushes = 200;

    /// <summary>Oldest first.</summary>
    public static async Task<IReadOnlyList<Push>> LoadAsync(SentinelDbContext database, Scan scan, CancellationToken cancellationToken)
    {
        var scans = await database.Scans.FromSql($"""
            with recursive chain as (
              select id from scans where id = {scan.Id}
              union
              select older.id from scans older join chain newer on older.superseded_by_id = newer.id)
            select * from scans where id in (select id from chain)
            """).AsNoTracking().OrderByDescending(s => s.Id).Take(MaxPushes).ToListAsync(cancellationToken);
        var ids = scans.Select(s => s.DeliveryId).OfType<Guid>().ToArray();
        var received = await database.Deliveries.Where(d => ids.Contains(d.Id)).ToDictionaryAsync(d => d.Id, d => d.ReceivedAt, cancellationToken);
        return [.. scans.AsEnumerable().Reverse().Select(s => new Push(
            s.BeforeSha, s.CommitSha, s.BaseSha, s.DeliveryId is { } delivery && received.TryGetValue(delivery, out var at) ? at : null))];
    }
}
