using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Scans;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Data.Queue;

/// <summary>What the queue promises while everything works.</summary>
public sealed class ScanQueueTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, BothServers]
    public async Task Lease_QueuedScan_IsHeldByOneAndCompletedOnce(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        var id = await host.EnqueueAsync();

        var lease = await host.MustLeaseAsync("worker-7");
        Assert.Null(await host.LeaseAsync("worker-8"));
        var running = await host.ScanAsync(id);
        Assert.Equal((ScanStatus.Running, 1, "worker-7", lease.Token), (running.Status, running.Attempt, running.WorkerId, running.LeaseToken));
        Assert.Equal((id, $"request-{id:N}", 1, host.Time.GetUtcNow() + TimeSpan.FromSeconds(60)), (lease.ScanId, lease.RequestId, lease.Attempt, lease.LeaseUntil));

        Assert.True(await host.CompleteAsync(lease));
        Assert.False(await host.CompleteAsync(lease));

        var ended = await host.ScanAsync(id);
        Assert.Equal((ScanStatus.Succeeded, (Guid?)null, host.Time.GetUtcNow()), (ended.Status, ended.LeaseToken, ended.CompletedAt));
        Assert.Null(await host.LeaseAsync());
    }

    [Theory, BothServers]
    public async Task Lease_SeveralLanes_TakesTheMostUrgent(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        var background = await host.EnqueueAsync(lane: ScanLane.Background);
        var push = await host.EnqueueAsync(lane: ScanLane.Push);
        var interactive = await host.EnqueueAsync(lane: ScanLane.Interactive);

        Assert.Equal([interactive, push, background], await DrainAsync(host));
    }

    [Theory, BothServers]
    public async Task Lease_ScanThatWaitedLong_AgesPastALaterUrgentOne(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        var background = await host.EnqueueAsync(lane: ScanLane.Background);
        host.Time.Advance(TimeSpan.FromMinutes(9.6));
        var push = await host.EnqueueAsync(lane: ScanLane.Push);
        host.Time.Advance(TimeSpan.FromSeconds(31));
        var interactive = await host.EnqueueAsync(lane: ScanLane.Interactive);

        Assert.Equal([background, push, interactive], await DrainAsync(host));
    }

    [Theory, BothServers]
    public async Task Lease_RepositoryAtItsCap_LetsOthersPassAndGoesOnAtTheNextEnd(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        var busy = await host.AddRepositoryAsync();
        var first = new List<Guid>();
        for (var i = 0; i < 5; i++) first.Add(await host.EnqueueAsync(busy, ScanLane.Interactive));
        var other = await host.EnqueueAsync(lane: ScanLane.Background);

        var one = await host.MustLeaseAsync();
        var two = await host.MustLeaseAsync();
        Assert.Equal([first[0], first[1]], [one.ScanId, two.ScanId]);
        Assert.Equal(other, (await host.MustLeaseAsync()).ScanId);
        Assert.Null(await host.LeaseAsync());

        // No time passes: an end makes room at once, in the old order.
        Assert.True(await host.CompleteAsync(one));
        Assert.Equal(first[2], (await host.MustLeaseAsync()).ScanId);
        Assert.Null(await host.LeaseAsync());
        Assert.True(await host.Queue.CancelAsync(two.ScanId, Cancellation));
        Assert.Equal(first[3], (await host.MustLeaseAsync()).ScanId);
    }

    [Theory, BothServers]
    public async Task Lease_ScanHeldBackAtTheCap_KeepsItsPlaceBehindMoreUrgentOnes(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        var busy = await host.AddRepositoryAsync();
        for (var i = 0; i < 3; i++) await host.EnqueueAsync(busy, ScanLane.Background);
        var running = await host.MustLeaseAsync();
        await host.MustLeaseAsync();
        Assert.Null(await host.LeaseAsync());

        await host.CompleteAsync(running);
        host.Time.Advance(TimeSpan.FromSeconds(5));
        var push = await host.EnqueueAsync(lane: ScanLane.Push);

        Assert.Equal(push, (await host.MustLeaseAsync()).ScanId);
    }

    [Theory, BothServers]
    public async Task Lease_ManyWorkersAtOnce_RespectsTheCapAndGivesEachScanToOne(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        await using var another = host.Another();
        var repositories = new[] { await host.AddRepositoryAsync(), await host.AddRepositoryAsync(), await host.AddRepositoryAsync() };
        for (var i = 0; i < 30; i++) await host.EnqueueAsync(repositories[i % 3]);
        var done = new ConcurrentBag<Guid>();
        var over = 0;

        async Task WorkAsync(QueueHost own, int number)
        {
            while (done.Count < 30 && !Cancellation.IsCancellationRequested)
            {
                if (await own.LeaseAsync($"worker-{number}") is not { } lease) continue;
                await using (var database = own.Database())
                {
                    if (await database.Scans.CountAsync(s => s.RepositoryId == lease.RepositoryId && s.Status == ScanStatus.Running, Cancellation) > 2) Interlocked.Increment(ref over);
                }
                Assert.True(await own.CompleteAsync(lease));
                done.Add(lease.ScanId);
            }
        }
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => WorkAsync(i % 2 == 0 ? host : another, i), Cancellation)));

        Assert.Equal(0, over);
        Assert.Equal(30, done.Distinct().Count());
        Assert.Equal(30, done.Count);
    }

    [Theory, BothServers]
    public async Task Lease_WaitingWorkerOfAnotherProcess_IsWoken(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        await using var another = host.Another();
        // A poll comes once an hour: only the message can end the wait in time.
        var waiting = another.Queue.LeaseAsync("worker-2", TimeSpan.FromMinutes(5), Cancellation);
        await host.Redis.UntilSubscribedAsync("{sentinel:scans}:wake", Cancellation);

        var id = await host.EnqueueAsync();

        Assert.Equal(id, (await waiting.WaitAsync(TimeSpan.FromMinutes(1), Cancellation))?.ScanId);
    }

    [Theory, BothServers]
    public async Task Enqueue_NewerPushOfTheSameRef_SupersedesTheQueuedOne(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        var repository = await host.AddRepositoryAsync();
        var older = await host.EnqueueAsync(repository, reference: "refs/heads/main");
        var elsewhere = await host.EnqueueAsync(repository, reference: "refs/heads/next");
        var newer = await host.EnqueueAsync(repository, reference: "refs/heads/main");

        var superseded = await host.ScanAsync(older);
        Assert.Equal((ScanStatus.Superseded, newer, host.Time.GetUtcNow()), (superseded.Status, superseded.SupersededById, superseded.CompletedAt));
        Assert.Equal([elsewhere, newer], await DrainAsync(host));
    }

    [Theory, BothServers]
    public async Task Enqueue_ManyCommitsOfOneRefAtOnce_LeavesTheNewest(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        var repository = await host.AddRepositoryAsync();
        var ids = new List<Guid>();
        for (var i = 0; i < 10; i++) ids.Add(await host.AddScanAsync(repository, reference: "refs/heads/main"));

        await host.Queue.EnqueueAsync(ids, Cancellation);
        await host.Queue.EnqueueAsync(ids, Cancellation);

        Assert.Equal([ids[^1]], await DrainAsync(host));
        Assert.Equal(ScanStatus.Superseded, (await host.ScanAsync(ids[0])).Status);
    }

    [Theory, BothServers]
    public async Task Enqueue_NewerPushWhileTheOlderRuns_LetsItFinish(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        var repository = await host.AddRepositoryAsync();
        await host.EnqueueAsync(repository, reference: "refs/heads/main");
        var running = await host.MustLeaseAsync();

        await host.EnqueueAsync(repository, reference: "refs/heads/main");

        Assert.True(await host.CompleteAsync(running));
    }

    [Theory, BothServers]
    public async Task Enqueue_NewerHeadOfAPullRequest_StopsTheRunningScan(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        await using var another = host.Another();
        var repository = await host.AddRepositoryAsync();
        await host.EnqueueAsync(repository, ScanLane.Interactive, "refs/pull/7/head", ScanKind.PullRequest);
        var running = await host.MustLeaseAsync();
        await using var cancellations = another.Queue.CancellationsAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        var told = cancellations.MoveNextAsync().AsTask();
        await host.Redis.UntilSubscribedAsync("{sentinel:scans}:cancel", Cancellation);

        var newer = await host.EnqueueAsync(repository, ScanLane.Interactive, "refs/pull/7/head", ScanKind.PullRequest);

        Assert.True(await told.WaitAsync(TimeSpan.FromMinutes(1), Cancellation));
        Assert.Equal(running.ScanId, cancellations.Current);
        Assert.Null(await host.Queue.RenewAsync(running, Cancellation));
        Assert.False(await host.CompleteAsync(running));
        Assert.Equal(newer, (await host.ScanAsync(running.ScanId)).SupersededById);
        Assert.Equal([newer], await DrainAsync(host));
    }

    [Theory, BothServers]
    public async Task Retry_ComesBackWhenDue_AndIsDeadLetteredAtTheLimit(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server, options => options.MaxAttempts = 3);
        var id = await host.EnqueueAsync();
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var lease = await host.MustLeaseAsync();
            Assert.Equal(attempt, lease.Attempt);
            Assert.True(await host.Queue.RetryAsync(lease, TimeSpan.FromSeconds(20), "network", "The host\0 did not answer.", Cancellation));
            Assert.Null(await host.LeaseAsync());
            host.Time.Advance(TimeSpan.FromSeconds(20));
        }

        var dead = await host.ScanAsync(id);
        Assert.Equal((ScanStatus.DeadLettered, 3, "network"), (dead.Status, dead.Attempt, dead.ErrorCode));
        Assert.DoesNotContain('\0', dead.ErrorDetail!);
        Assert.Null(await host.LeaseAsync());
    }

    [Theory, BothServers]
    public async Task Requeue_DeadLettered_StartsAfresh(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        var id = await host.EnqueueAsync();
        Assert.True(await host.Queue.DeadLetterAsync(await host.MustLeaseAsync(), "too-large", "Too large.", Cancellation));
        host.Time.Advance(TimeSpan.FromHours(1));

        Assert.True(await host.Queue.RequeueAsync(id, Cancellation));
        Assert.False(await host.Queue.RequeueAsync(id, Cancellation));

        var lease = await host.MustLeaseAsync();
        Assert.Equal((id, 1), (lease.ScanId, lease.Attempt));
        var scan = await host.ScanAsync(id);
        Assert.Equal((null, null, null), (scan.ErrorCode, scan.ErrorDetail, scan.CompletedAt));
        await host.CompleteAsync(lease);
        Assert.False(await host.Queue.RequeueAsync(id, Cancellation));
        Assert.False(await host.Queue.RequeueAsync(Guid.NewGuid(), Cancellation));
    }

    [Theory, BothServers]
    public async Task Release_CostsNoAttempt(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        var id = await host.EnqueueAsync();

        Assert.True(await host.Queue.ReleaseAsync(await host.MustLeaseAsync(), Cancellation));

        Assert.Equal((ScanStatus.Queued, 0), ((await host.ScanAsync(id)).Status, (await host.ScanAsync(id)).Attempt));
        Assert.Equal(1, (await host.MustLeaseAsync("worker-2")).Attempt);
    }

    [Theory, BothServers]
    public async Task Cancel_QueuedOrRunning_EndsIt(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        var running = await host.EnqueueAsync();
        var lease = await host.MustLeaseAsync();
        var queued = await host.EnqueueAsync();

        Assert.True(await host.Queue.CancelAsync(queued, Cancellation));
        Assert.True(await host.Queue.CancelAsync(running, Cancellation));
        Assert.False(await host.Queue.CancelAsync(running, Cancellation));

        Assert.Null(await host.LeaseAsync());
        Assert.False(await host.CompleteAsync(lease));
        Assert.Equal(ScanStatus.Cancelled, (await host.ScanAsync(running)).Status);
    }

    [Theory, BothServers]
    public async Task Complete_WriteThatFails_LeavesTheLeaseAndNothingElse(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        var id = await host.EnqueueAsync();
        var lease = await host.MustLeaseAsync();

        await Assert.ThrowsAsync<TimeoutException>(() => host.Queue.CompleteAsync(
            lease,
            async (database, scan, stop) =>
            {
                scan.Status = ScanStatus.Failed;
                await database.SaveChangesAsync(stop);
                throw new TimeoutException();
            },
            Cancellation));
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Queue.CompleteAsync(lease, (_, _, _) => Task.CompletedTask, Cancellation));

        Assert.Equal((ScanStatus.Running, lease.Token), ((await host.ScanAsync(id)).Status, (await host.ScanAsync(id)).LeaseToken));
        Assert.True(await host.CompleteAsync(lease));
    }

    [Theory, BothServers]
    public async Task Depth_SaysHowManyWaitAndHowLong(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        await host.EnqueueAsync();
        await host.MustLeaseAsync();
        await host.EnqueueAsync();
        host.Time.Advance(TimeSpan.FromSeconds(90));
        await host.EnqueueAsync();

        var depth = await host.Queue.DepthAsync(Cancellation);

        Assert.True(depth.RedisAvailable);
        Assert.Equal(1, depth.InFlight);
        Assert.Equal([(ScanLane.Interactive, 0, null), (ScanLane.Push, 2, 90), (ScanLane.Background, 0, (double?)null)], depth.Lanes.Select(l => (l.Lane, l.Depth, l.OldestAgeSeconds)));
    }

    private static async Task<IReadOnlyList<Guid>> DrainAsync(QueueHost host)
    {
        var order = new List<Guid>();
        while (await host.LeaseAsync() is { } lease)
        {
            order.Add(lease.ScanId);
            Assert.True(await host.CompleteAsync(lease));
        }
        return order;
    }
}
