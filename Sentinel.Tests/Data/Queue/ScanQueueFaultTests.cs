using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Queue;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Data.Queue;

/// <summary>Workers that die, and a Redis that forgets or goes away: nothing is lost and nothing is written twice.</summary>
public sealed class ScanQueueFaultTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, BothServers]
    public async Task Reconcile_ExpiredLease_GivesTheScanToAnotherAndFencesTheFirst(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        var id = await host.EnqueueAsync();
        var lost = await host.MustLeaseAsync("worker-1");
        host.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(0, await host.Reconciler.ReconcileAsync(Cancellation));
        host.Time.Advance(TimeSpan.FromSeconds(2));

        await host.Reconciler.ReconcileAsync(Cancellation);
        var taken = await host.MustLeaseAsync("worker-2");

        Assert.Equal((id, 2), (taken.ScanId, taken.Attempt));
        Assert.Null(await host.Queue.RenewAsync(lost, Cancellation));
        Assert.False(await host.CompleteAsync(lost, ScanStatus.Failed));
        Assert.False(await host.Queue.RetryAsync(lost, TimeSpan.Zero, "network", "late", Cancellation));
        Assert.False(await host.Queue.ReleaseAsync(lost, Cancellation));
        Assert.False(await host.Queue.DeadLetterAsync(lost, "network", "late", Cancellation));
        var scan = await host.ScanAsync(id);
        Assert.Equal((ScanStatus.Running, taken.Token, null), (scan.Status, scan.LeaseToken, scan.ErrorCode));
        Assert.True(await host.CompleteAsync(taken));
    }

    [Theory, BothServers]
    public async Task Renew_KeepsALongScan(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        await host.EnqueueAsync();
        var lease = await host.MustLeaseAsync();
        for (var i = 0; i < 5; i++)
        {
            host.Time.Advance(TimeSpan.FromSeconds(40));
            var renewed = await host.Queue.RenewAsync(lease, Cancellation);
            Assert.NotNull(renewed);
            Assert.Equal(host.Time.GetUtcNow() + TimeSpan.FromSeconds(60), renewed.LeaseUntil);
            lease = renewed;
            await host.Reconciler.ReconcileAsync(Cancellation);
            Assert.Null(await host.LeaseAsync());
        }
        Assert.True(await host.CompleteAsync(lease));
    }

    [Theory, BothServers]
    public async Task Reconcile_WorkersThatKeepDisappearing_DeadLettersTheScan(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server, options => options.MaxAttempts = 2);
        var id = await host.EnqueueAsync();
        for (var i = 0; i < 2; i++)
        {
            await host.MustLeaseAsync();
            host.Time.Advance(TimeSpan.FromMinutes(2));
            await host.Reconciler.ReconcileAsync(Cancellation);
        }

        Assert.Null(await host.LeaseAsync());
        var scan = await host.ScanAsync(id);
        Assert.Equal((ScanStatus.DeadLettered, "worker-lost"), (scan.Status, scan.ErrorCode));
        Assert.True(await host.Queue.RequeueAsync(id, Cancellation));
    }

    [Theory, BothServers]
    public async Task FlushAll_ThenReconcile_BringsBackEveryQueuedScanInItsOrder(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        var background = await host.EnqueueAsync(lane: ScanLane.Background);
        var push = await host.EnqueueAsync(lane: ScanLane.Push);
        var retried = await host.EnqueueAsync(lane: ScanLane.Interactive);
        Assert.True(await host.Queue.RetryAsync(await host.MustLeaseAsync(), TimeSpan.FromMinutes(1), "network", "later", Cancellation));
        var unannounced = await host.AddScanAsync(await host.AddRepositoryAsync(), ScanLane.Interactive);

        await host.Redis.ExecuteAsync("FLUSHALL");
        Assert.Null(await host.LeaseAsync());
        Assert.Equal(4, await host.Reconciler.ReconcileAsync(Cancellation));
        Assert.Equal(0, await host.Reconciler.ReconcileAsync(Cancellation));

        Assert.Equal(unannounced, (await host.MustLeaseAsync()).ScanId);
        Assert.Equal(push, (await host.MustLeaseAsync()).ScanId);
        Assert.Equal(background, (await host.MustLeaseAsync()).ScanId);
        Assert.Null(await host.LeaseAsync());
        host.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(retried, (await host.MustLeaseAsync()).ScanId);
    }

    [Theory, BothServers]
    public async Task ScriptFlush_ChangesNothing(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        var first = await host.EnqueueAsync();
        Assert.True(await host.CompleteAsync(await host.MustLeaseAsync()));
        var second = await host.EnqueueAsync();

        await host.Redis.ExecuteAsync("SCRIPT", "FLUSH");

        Assert.Equal(second, (await host.MustLeaseAsync()).ScanId);
        Assert.NotEqual(first, second);
        await host.EnqueueAsync();
        await host.MustLeaseAsync();
    }

    [Theory, BothServers]
    public async Task Lease_TakerThatDiedBeforePostgresKnew_IsMadeUpFor(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        var id = await host.EnqueueAsync();
        Assert.Equal(id, await host.Services.GetRequiredService<RedisDispatcher>().TakeAsync(host.Time.GetUtcNow()));

        Assert.Null(await host.LeaseAsync());
        host.Time.Advance(TimeSpan.FromSeconds(15));

        Assert.Equal(id, (await host.MustLeaseAsync()).ScanId);
    }

    [Theory, BothServers]
    public async Task RedisAway_ScansAreAcceptedAndTakenFromPostgres_ThenFromRedisAgain(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        var repository = await host.AddRepositoryAsync();
        var before = await host.EnqueueAsync(repository, ScanLane.Background);
        host.Redis.Stop();

        var during = await host.EnqueueAsync(repository, ScanLane.Interactive);
        var third = await host.EnqueueAsync(repository, ScanLane.Background);
        var first = await host.MustLeaseAsync();
        Assert.Equal(during, first.ScanId);
        Assert.Equal(before, (await host.MustLeaseAsync()).ScanId);
        Assert.Null(await host.LeaseAsync());
        Assert.False((await host.Queue.DepthAsync(Cancellation)).RedisAvailable);
        Assert.True(await host.CompleteAsync(first));
        Assert.Equal(0, await host.Reconciler.ReconcileAsync(Cancellation));

        await host.Redis.StartAsync(Cancellation);
        await UntilAsync(async () => await host.Reconciler.ReconcileAsync(Cancellation) == 1);
        Assert.Equal(third, (await host.MustLeaseAsync()).ScanId);
    }

    [Fact]
    public async Task Host_Running_ReconcilesByItself()
    {
        await using var host = await QueueHost.StartAsync(RedisServer.Garnet, options => options.ReconcileInterval = TimeSpan.FromMilliseconds(50));
        var id = await host.AddScanAsync(await host.AddRepositoryAsync());
        await host.Reconciler.StartAsync(Cancellation);

        await UntilAsync(async () => await host.LeaseAsync() is { } lease && lease.ScanId == id);
        await host.Reconciler.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Reconcile_ReportsDepthAndAgeAsMetrics()
    {
        await using var host = await QueueHost.StartAsync(RedisServer.Garnet);
        await host.EnqueueAsync();
        await host.MustLeaseAsync();
        await host.EnqueueAsync();
        host.Time.Advance(TimeSpan.FromSeconds(30));
        var seen = new Dictionary<string, double>();
        using var listener = new System.Diagnostics.Metrics.MeterListener();
        // Other tests have queues of their own.
        var factory = host.Services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, factory)) own.EnableMeasurementEvents(instrument);
        };
        void Record(string name, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => seen[$"{name} {(tags.Length > 0 ? tags[0].Value : "")}".Trim()] = value;
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument.Name, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument.Name, value, tags));
        listener.Start();

        await host.Reconciler.ReconcileAsync(Cancellation);
        listener.RecordObservableInstruments();

        Assert.Equal(1, seen["sentinel.queue.in_flight"]);
        Assert.Equal((1, 0), (seen["sentinel.queue.depth Push"], seen["sentinel.queue.depth Interactive"]));
        Assert.Equal(30, seen["sentinel.queue.oldest_age Push"]);
    }

    private static async Task UntilAsync(Func<Task<bool>> reached)
    {
        for (var attempt = 0; !await reached(); attempt++)
        {
            Assert.True(attempt < 300, "It does not come about.");
            await Task.Delay(100, Cancellation);
        }
    }
}
