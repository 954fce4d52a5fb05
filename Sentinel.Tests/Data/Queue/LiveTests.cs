using Microsoft.Extensions.DependencyInjection;
using Sentinel.Contracts.Live;
using Sentinel.Contracts.Operations;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Queue;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Data.Queue;

/// <summary>Which workers are alive, and what open pages are told.</summary>
public sealed class LiveTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, BothServers]
    public async Task Workers_AreListedUntilAMinuteAfterTheirLastSign(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        await using var another = host.Another();
        var (here, there) = (host.Services.GetRequiredService<IWorkerRegistry>(), another.Services.GetRequiredService<IWorkerRegistry>());
        await here.HeartbeatAsync(Worker(host, "b"), Cancellation);
        await there.HeartbeatAsync(Worker(host, "a", Guid.NewGuid()), Cancellation);
        var listed = await here.ListAsync(Cancellation);
        Assert.Equal([("a", 1), ("b", 0)], listed.Select(w => (w.Id, w.RunningScans.Count)));

        host.Time.Advance(TimeSpan.FromSeconds(50));
        await there.HeartbeatAsync(Worker(host, "a"), Cancellation);
        host.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(["a"], (await here.ListAsync(Cancellation)).Select(w => w.Id));

        host.Redis.Stop();
        await here.HeartbeatAsync(Worker(host, "b"), Cancellation);
        Assert.Empty(await here.ListAsync(Cancellation));
    }

    [Theory, BothServers]
    public async Task Progress_ReachesThoseWhoWatchTheScanAndThoseWhoWatchAll(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        await using var another = host.Another();
        var (publisher, reader) = (host.Services.GetRequiredService<IScanProgressBus>(), another.Services.GetRequiredService<IScanProgressBus>());
        var (scan, other) = (Guid.NewGuid(), Guid.NewGuid());
        await using var one = reader.SubscribeAsync(scan, Cancellation).GetAsyncEnumerator(Cancellation);
        await using var all = reader.SubscribeAllAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        var (first, firstOfAll) = (one.MoveNextAsync().AsTask(), all.MoveNextAsync().AsTask());
        await host.Redis.UntilSubscribedAsync($"{{sentinel:scans}}:progress:{scan:N}", Cancellation);
        await host.Redis.UntilSubscribedAsync("{sentinel:scans}:events", Cancellation);

        await publisher.PublishAsync(Progress(host, other, ScanStatus.Running, 1), Cancellation);
        for (var done = 1; done <= 3; done++) await publisher.PublishAsync(Progress(host, scan, ScanStatus.Running, done), Cancellation);
        await publisher.PublishAsync(Progress(host, scan, ScanStatus.Succeeded, 3), Cancellation);
        await publisher.PublishAsync(new LiveEvent("findings.changed", host.Time.GetUtcNow(), null, null, null, null), Cancellation);

        Assert.Equal([(1, ScanStatus.Running), (2, ScanStatus.Running), (3, ScanStatus.Running), (3, ScanStatus.Succeeded)], (await ReadAsync(one, first, 4)).Select(p => (p.FilesDone, p.Status)));
        var events = await ReadAsync(all, firstOfAll, 6);
        Assert.Equal(["scan.progress", "scan.progress", "scan.progress", "scan.progress", "scan.finished", "findings.changed"], events.Select(e => e.Kind));
        Assert.Equal([other, scan, scan, scan, scan, null], events.Select(e => e.ScanId));
    }

    [Theory, BothServers]
    public async Task Progress_SlowReader_GetsTheNewest(RedisServer server)
    {
        await using var host = await QueueHost.StartAsync(server);
        var bus = host.Services.GetRequiredService<IScanProgressBus>();
        var scan = Guid.NewGuid();
        await using var steps = bus.SubscribeAsync(scan, Cancellation).GetAsyncEnumerator(Cancellation);
        var first = steps.MoveNextAsync().AsTask();
        await host.Redis.UntilSubscribedAsync($"{{sentinel:scans}}:progress:{scan:N}", Cancellation);

        for (var done = 1; done <= 1000; done++) await bus.PublishAsync(Progress(host, scan, ScanStatus.Running, done), Cancellation);

        var last = 0;
        Assert.True(await first.WaitAsync(TimeSpan.FromMinutes(1), Cancellation));
        for (var read = 1; last < 1000; read++)
        {
            Assert.True(steps.Current.FilesDone > last);
            last = steps.Current.FilesDone;
            if (last < 1000) Assert.True(await steps.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1), Cancellation));
        }
    }

    [Fact]
    public async Task Publish_RedisAway_IsNoFault()
    {
        await using var host = await QueueHost.StartAsync(RedisServer.Garnet);
        var bus = host.Services.GetRequiredService<IScanProgressBus>();
        host.Redis.Stop();

        Assert.Null(await Record.ExceptionAsync(() => bus.PublishAsync(Progress(host, Guid.NewGuid(), ScanStatus.Running, 1), Cancellation)));
    }

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(IAsyncEnumerator<T> messages, Task<bool> first, int count)
    {
        var read = new List<T>();
        for (var next = first; ; next = messages.MoveNextAsync().AsTask())
        {
            Assert.True(await next.WaitAsync(TimeSpan.FromMinutes(1), Cancellation));
            read.Add(messages.Current);
            if (read.Count == count) return read;
        }
    }

    private static WorkerSnapshot Worker(QueueHost host, string id, params Guid[] running) =>
        new(id, "1.0.0", host.Time.GetUtcNow(), host.Time.GetUtcNow(), 2, running);

    private static ScanProgress Progress(QueueHost host, Guid scan, ScanStatus status, int done) =>
        new(scan, Guid.Empty, "request-1", status, ScanPhase.Analyse, done, 3, 0, host.Time.GetUtcNow());
}
