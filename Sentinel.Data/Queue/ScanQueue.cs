using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sentinel.Contracts.Operations;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Scans;
using StackExchange.Redis;

namespace Sentinel.Data.Queue;

/// <inheritdoc cref="IScanQueue"/>
internal sealed partial class ScanQueue(
    IDbContextFactory<SentinelDbContext> databases, IConnectionMultiplexer redis, RedisDispatcher dispatcher, ScanOrder order, QueueSignal signal,
    IOptions<ScanQueueOptions> options, TimeProvider time, ILogger<ScanQueue> logger) : IScanQueue
{
    private static readonly RedisChannel Cancellations = RedisChannel.Literal("{sentinel:scans}:cancel");

    public async Task EnqueueAsync(IReadOnlyCollection<Guid> scanIds, CancellationToken cancellationToken)
    {
        if (scanIds.Count == 0) return;

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var stopped = await Coalescing.SupersedeAsync(database, scanIds, time.GetUtcNow(), cancellationToken);
        var ids = scanIds.ToArray();
        var queued = await database.Scans.AsNoTracking().Where(s => ids.Contains(s.Id) && s.Status == ScanStatus.Queued).ToListAsync(cancellationToken);
        try
        {
            foreach (var id in stopped) await ForgetAndStopAsync(id);
            await dispatcher.AddAsync(queued.Select(order.Entry), time.GetUtcNow());
        }
        catch (Exception ex) when (IsRedisFault(ex))
        {
            LogRedisAway(ex);
        }
        signal.Wake();
    }

    public async Task<ScanLease?> LeaseAsync(string workerId, TimeSpan wait, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var wake = signal.NextAsync();
            if (await TryLeaseAsync(workerId, cancellationToken) is { } lease) return lease;

            var left = wait - time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero) return null;
            var poll = options.Value.PollInterval * (0.5 + Random.Shared.NextDouble());
            await Task.WhenAny(wake, Task.Delay(left < poll ? left : poll, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public async Task<ScanLease?> RenewAsync(ScanLease lease, CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + options.Value.LeaseTime;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var renewed = await Held(database, lease).ExecuteUpdateAsync(s => s.SetProperty(x => x.LeaseUntil, until), cancellationToken);
        return renewed == 1 ? lease with { LeaseUntil = until } : null;
    }

    public async Task<bool> CompleteAsync(
        ScanLease lease, Func<SentinelDbContext, Scan, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var scan = await database.Scans
            .FromSql($"select * from scans where id = {lease.ScanId} and lease_token = {lease.Token} and status = 'Running' for update")
            .SingleOrDefaultAsync(cancellationToken);
        if (scan is null) return false;

        await write(database, scan, cancellationToken);
        if (scan.Status == ScanStatus.Running) throw new InvalidOperationException("The write of a completed scan must set its final status.");
        scan.LeaseToken = null;
        scan.LeaseUntil = null;
        scan.CompletedAt ??= time.GetUtcNow();
        await database.SaveChangesAsync(cancellationToken);
        // A renewal that waited for this row finds no lease from here on, and has the caller's token cancelled: the scan is written all the same.
        await transaction.CommitAsync(CancellationToken.None);
        try
        {
            await EndedAsync(database, lease.ScanId, lease.RepositoryId, CancellationToken.None);
        }
        catch (Exception ex) when (ex is DbException or TimeoutException or InvalidOperationException)
        {
            // The scan has ended; the reconciler brings the repository's next one.
            LogNotFilled(lease.ScanId, ex);
        }
        return true;
    }

    public async Task<bool> RetryAsync(ScanLease lease, TimeSpan delay, string errorCode, string detail, CancellationToken cancellationToken)
    {
        if (lease.Attempt >= options.Value.MaxAttempts) return await DeadLetterAsync(lease, errorCode, detail, cancellationToken);

        var due = time.GetUtcNow() + delay;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var changed = await Held(database, lease).ExecuteUpdateAsync(
            s => s.SetProperty(x => x.Status, ScanStatus.Queued).SetProperty(x => x.NotBefore, due).SetProperty(x => x.LeaseToken, (Guid?)null)
                .SetProperty(x => x.LeaseUntil, (DateTimeOffset?)null).SetProperty(x => x.Phase, ScanPhase.Waiting)
                .SetProperty(x => x.ErrorCode, errorCode).SetProperty(x => x.ErrorDetail, PostgresText.Clean(detail, 2000)),
            cancellationToken);
        if (changed == 0) return false;

        await RequeueInRedisAsync(database, lease.ScanId, cancellationToken);
        await FillAsync(database, lease.RepositoryId, cancellationToken);
        return true;
    }

    public Task<bool> ReleaseAsync(ScanLease lease, CancellationToken cancellationToken) => ReleaseAsync(lease, TimeSpan.Zero, cancellationToken);

    public async Task<bool> ReleaseAsync(ScanLease lease, TimeSpan delay, CancellationToken cancellationToken)
    {
        DateTimeOffset? due = delay > TimeSpan.Zero ? time.GetUtcNow() + delay : null;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var changed = await Held(database, lease).ExecuteUpdateAsync(
            s => s.SetProperty(x => x.Status, ScanStatus.Queued).SetProperty(x => x.Attempt, x => x.Attempt - 1).SetProperty(x => x.NotBefore, due)
                .SetProperty(x => x.LeaseToken, (Guid?)null).SetProperty(x => x.LeaseUntil, (DateTimeOffset?)null).SetProperty(x => x.Phase, ScanPhase.Waiting),
            cancellationToken);
        if (changed == 0) return false;

        await RequeueInRedisAsync(database, lease.ScanId, cancellationToken);
        return true;
    }

    public async Task<bool> DeadLetterAsync(ScanLease lease, string errorCode, string detail, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var changed = await Held(database, lease).ExecuteUpdateAsync(
            s => s.SetProperty(x => x.Status, ScanStatus.DeadLettered).SetProperty(x => x.CompletedAt, now).SetProperty(x => x.LeaseToken, (Guid?)null)
                .SetProperty(x => x.LeaseUntil, (DateTimeOffset?)null).SetProperty(x => x.ErrorCode, errorCode)
                .SetProperty(x => x.ErrorDetail, PostgresText.Clean(detail, 2000)),
            cancellationToken);
        if (changed == 1) await EndedAsync(database, lease.ScanId, lease.RepositoryId, cancellationToken);
        return changed == 1;
    }

    public async Task<bool> CancelAsync(Guid scanId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var changed = await database.Scans.Where(s => s.Id == scanId && (s.Status == ScanStatus.Queued || s.Status == ScanStatus.Running))
            .ExecuteUpdateAsync(
                s => s.SetProperty(x => x.Status, ScanStatus.Cancelled).SetProperty(x => x.CompletedAt, now)
                    .SetProperty(x => x.LeaseToken, (Guid?)null).SetProperty(x => x.LeaseUntil, (DateTimeOffset?)null),
                cancellationToken);
        if (changed == 0) return false;

        await RedisBestEffortAsync(() => ForgetAndStopAsync(scanId));
        var repositoryId = await database.Scans.Where(s => s.Id == scanId).Select(s => s.RepositoryId).SingleAsync(cancellationToken);
        await FillAsync(database, repositoryId, cancellationToken);
        return true;
    }

    public async Task<bool> RequeueAsync(Guid scanId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var changed = await database.Scans
            .Where(s => s.Id == scanId && (s.Status == ScanStatus.Failed || s.Status == ScanStatus.DeadLettered || s.Status == ScanStatus.Cancelled))
            .ExecuteUpdateAsync(
                s => s.SetProperty(x => x.Status, ScanStatus.Queued).SetProperty(x => x.Attempt, 0).SetProperty(x => x.QueuedAt, now)
                    .SetProperty(x => x.NotBefore, (DateTimeOffset?)null).SetProperty(x => x.StartedAt, (DateTimeOffset?)null)
                    .SetProperty(x => x.CompletedAt, (DateTimeOffset?)null).SetProperty(x => x.ErrorCode, (string?)null)
                    .SetProperty(x => x.ErrorDetail, (string?)null).SetProperty(x => x.Phase, ScanPhase.Waiting),
                cancellationToken);
        if (changed == 0) return false;

        await RequeueInRedisAsync(database, scanId, cancellationToken);
        return true;
    }

    public async Task<QueueSnapshot> DepthAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var lanes = await database.Scans.AsNoTracking().Where(s => s.Status == ScanStatus.Queued).GroupBy(s => s.Lane)
            .Select(g => new { Lane = g.Key, Depth = g.Count(), Oldest = g.Min(s => s.QueuedAt) }).ToListAsync(cancellationToken);
        var running = await database.Scans.CountAsync(s => s.Status == ScanStatus.Running, cancellationToken);
        var now = time.GetUtcNow();
        return new QueueSnapshot(
            redis.IsConnected,
            [.. Enum.GetValues<ScanLane>().Select(lane => lanes.SingleOrDefault(l => l.Lane == lane) is { } l
                ? new LaneSnapshot(lane, l.Depth, Math.Max(0, (now - l.Oldest).TotalSeconds))
                : new LaneSnapshot(lane, 0, null))],
            running);
    }

    public async IAsyncEnumerable<Guid> CancellationsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var messages = Channel.CreateBounded<Guid>(new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropOldest });
        var subscriber = redis.GetSubscriber();
        void Receive(RedisChannel channel, RedisValue value)
        {
            if (Guid.TryParse((string?)value, out var id)) messages.Writer.TryWrite(id);
        }
        await subscriber.SubscribeAsync(Cancellations, Receive);
        try
        {
            await foreach (var id in messages.Reader.ReadAllAsync(cancellationToken)) yield return id;
        }
        finally
        {
            await RedisBestEffortAsync(() => subscriber.UnsubscribeAsync(Cancellations, Receive));
        }
    }

    private async Task<ScanLease?> TryLeaseAsync(string workerId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        try
        {
            while (await dispatcher.TakeAsync(time.GetUtcNow()) is { } id)
            {
                if (await LeaseInPostgresAsync(database, id, workerId, cancellationToken) is { } lease) return lease;

                await PutAsideAsync(database, id, cancellationToken);
            }
            return null;
        }
        catch (Exception ex) when (IsRedisFault(ex))
        {
            LogRedisAway(ex);
            return await LeaseWithoutRedisAsync(database, workerId, cancellationToken);
        }
    }

    // What cannot be leased: somebody else has it or it has ended, its time has not come, or its repository is at its cap.
    private async Task PutAsideAsync(SentinelDbContext database, Guid id, CancellationToken cancellationToken)
    {
        var scan = await database.Scans.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id && s.Status == ScanStatus.Queued, cancellationToken);
        if (scan is null) await dispatcher.ForgetAsync(id);
        else if (scan.NotBefore > time.GetUtcNow()) await dispatcher.DelayAsync(order.Entry(scan), scan.NotBefore.Value);
        else await HoldBackAsync(database, scan.RepositoryId, cancellationToken);
    }

    // Scans of a repository at its cap leave Redis, so that workers do not meet them again and again; the end of a running one brings
    // the next back, and the reconciler would too.
    private async Task HoldBackAsync(SentinelDbContext database, Guid repositoryId, CancellationToken cancellationToken)
    {
        var held = await order.Due(database, time.GetUtcNow()).Where(s => s.RepositoryId == repositoryId).Select(s => s.Id).ToListAsync(cancellationToken);
        await dispatcher.ForgetAsync(held);
        // A scan may have ended just before they left.
        await FillAsync(database, repositoryId, cancellationToken);
    }

    private async Task FillAsync(SentinelDbContext database, Guid repositoryId, CancellationToken cancellationToken)
    {
        var next = await order.Startable(database, time.GetUtcNow()).Where(s => s.RepositoryId == repositoryId).Take(order.Cap).ToListAsync(cancellationToken);
        if (next.Count == 0) return;

        await RedisBestEffortAsync(() => dispatcher.AddAsync(next.Select(order.Entry), time.GetUtcNow()));
        signal.Wake();
    }

    private async Task<ScanLease?> LeaseInPostgresAsync(SentinelDbContext database, Guid id, string workerId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var until = now + options.Value.LeaseTime;
        var token = Guid.NewGuid();
        var cap = order.Cap;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        // One after the other within a repository: two workers must not both see room for the last running scan.
        await database.Database.ExecuteSqlAsync(
            $"select pg_advisory_xact_lock(hashtextextended('scan-lease:' || repository_id, 0)) from scans where id = {id}", cancellationToken);
        var leased = await database.Scans.FromSql($"""
            update scans s set status = 'Running', attempt = attempt + 1, lease_token = {token}, lease_until = {until}, worker_id = {workerId},
              started_at = {now}, not_before = null
            where s.id = {id} and s.status = 'Queued' and (s.not_before is null or s.not_before <= {now})
              and (select count(*) from scans r where r.repository_id = s.repository_id and r.status = 'Running') < {cap}
            returning s.*
            """).IgnoreQueryFilters().AsNoTracking().ToListAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return leased is [var scan]
            ? new ScanLease(scan.Id, scan.RepositoryId, token, scan.RequestId, scan.TraceParent, scan.Attempt, until)
            : null;
    }

    // Redis away: workers take scans straight from Postgres, in the same order.
    private async Task<ScanLease?> LeaseWithoutRedisAsync(SentinelDbContext database, string workerId, CancellationToken cancellationToken)
    {
        var candidates = await order.Startable(database, time.GetUtcNow()).Select(s => s.Id).Take(20).ToListAsync(cancellationToken);
        foreach (var id in candidates)
        {
            if (await LeaseInPostgresAsync(database, id, workerId, cancellationToken) is { } lease) return lease;
        }
        return null;
    }

    private static IQueryable<Scan> Held(SentinelDbContext database, ScanLease lease) =>
        database.Scans.Where(s => s.Id == lease.ScanId && s.LeaseToken == lease.Token && s.Status == ScanStatus.Running);

    private async Task RequeueInRedisAsync(SentinelDbContext database, Guid scanId, CancellationToken cancellationToken)
    {
        var scan = await database.Scans.AsNoTracking().SingleAsync(s => s.Id == scanId, cancellationToken);
        await RedisBestEffortAsync(async () =>
        {
            await dispatcher.ForgetAsync(scanId);
            await dispatcher.AddAsync([order.Entry(scan)], time.GetUtcNow());
        });
        signal.Wake();
    }

    private async Task EndedAsync(SentinelDbContext database, Guid scanId, Guid repositoryId, CancellationToken cancellationToken)
    {
        await RedisBestEffortAsync(() => dispatcher.ForgetAsync(scanId));
        await FillAsync(database, repositoryId, cancellationToken);
    }

    private async Task ForgetAndStopAsync(Guid scanId)
    {
        await dispatcher.ForgetAsync(scanId);
        await redis.GetSubscriber().PublishAsync(Cancellations, scanId.ToString("N"));
    }

    private async Task RedisBestEffortAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception ex) when (IsRedisFault(ex))
        {
            LogRedisAway(ex);
        }
    }

    internal static bool IsRedisFault(Exception ex) => ex is RedisException or RedisTimeoutException or ObjectDisposedException;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Scan {ScanId} was written, and then Postgres did not answer; the next scan of its repository waits for the reconciler")]
    private partial void LogNotFilled(Guid scanId, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis does not answer; scans wait in Postgres and are still taken from there")]
    private partial void LogRedisAway(Exception exception);
}
