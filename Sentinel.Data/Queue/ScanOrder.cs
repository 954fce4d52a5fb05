using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Scans;

namespace Sentinel.Data.Queue;

/// <summary>Which queued scan comes next, and whether its repository may have another one running. The same in Redis and in Postgres.</summary>
internal sealed class ScanOrder(IOptions<ScanQueueOptions> options)
{
    /// <summary>Scans of one repository that may run at the same time.</summary>
    public int Cap => options.Value.RunningPerRepository;

    /// <summary>The scan as Redis knows it.</summary>
    public RedisDispatcher.Entry Entry(Scan scan) => new(scan.Id, scan.QueuedAt + Handicap(scan.Lane), scan.NotBefore);

    /// <summary>Queued scans whose time has come, most urgent first; those of a repository at its cap too.</summary>
    public IQueryable<Scan> Due(SentinelDbContext database, DateTimeOffset now)
    {
        var (push, background) = (options.Value.PushHandicap.TotalSeconds, options.Value.BackgroundHandicap.TotalSeconds);
        return database.Scans.AsNoTracking()
            .Where(s => s.Status == ScanStatus.Queued && (s.NotBefore == null || s.NotBefore <= now))
            .OrderBy(s => s.QueuedAt.AddSeconds(s.Lane == ScanLane.Interactive ? 0 : s.Lane == ScanLane.Push ? push : background));
    }

    /// <summary><see cref="Due"/> without the scans whose repository is at its cap.</summary>
    public IQueryable<Scan> Startable(SentinelDbContext database, DateTimeOffset now)
    {
        var cap = Cap;
        return Due(database, now).Where(s => database.Scans.Count(r => r.RepositoryId == s.RepositoryId && r.Status == ScanStatus.Running) < cap);
    }

    private TimeSpan Handicap(ScanLane lane) => lane switch
    {
        ScanLane.Interactive => TimeSpan.Zero,
        ScanLane.Push => options.Value.PushHandicap,
        _ => options.Value.BackgroundHandicap,
    };
}
