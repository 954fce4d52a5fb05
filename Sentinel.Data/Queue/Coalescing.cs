using Microsoft.EntityFrameworkCore;

namespace Sentinel.Data.Queue;

/// <summary>A newer commit of a ref makes the older one's scan unnecessary; the older row says which scan took its place.</summary>
internal static class Coalescing
{
    /// <summary>Marks what the new scans supersede; returns the ids that workers and Redis should drop.</summary>
    public static async Task<IReadOnlyList<Guid>> SupersedeAsync(
        SentinelDbContext database, IReadOnlyCollection<Guid> scanIds, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ids = scanIds.ToArray();
        return await database.Database.SqlQuery<Guid>($"""
            update scans o set status = 'Superseded', superseded_by_id = n.id, completed_at = {now}, lease_token = null, lease_until = null
            from (
              select distinct on (repository_id, ref) id, repository_id, ref, kind from scans
              where id = any({ids}) and status = 'Queued' and kind in ('Push', 'PullRequest')
              order by repository_id, ref, id desc) n
            where o.repository_id = n.repository_id and o.ref = n.ref and o.id < n.id and o.kind = n.kind
              and (o.status = 'Queued' or (o.status = 'Running' and o.kind = 'PullRequest'))
            returning o.id
            """).ToListAsync(cancellationToken);
    }
}
