using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using Sentinel.Contracts.Operations;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Queue;
using Sentinel.Git;
using Sentinel.ServiceDefaults;
using Sentinel.ServiceDefaults.Requests;
using Sentinel.Worker.Exposure;

namespace Sentinel.Worker.Scans;

/// <summary>Takes scans from the queue, keeps their leases, and decides what becomes of failures.</summary>
internal sealed partial class ScanWorker(
    IScanQueue queue, IWorkerRegistry registry, IScanProgressBus bus, ScanExecutor executor, IOptions<WorkerOptions> options,
    IOptions<ScanQueueOptions> queueOptions, TimeProvider time, ILogger<ScanWorker> logger) : BackgroundService
{
    private static readonly TimeSpan LeaseWait = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(2);

    private readonly string _id = $"{Environment.MachineName}-{Environment.ProcessId}";
    private readonly ConcurrentDictionary<Guid, CancellationTokenSource> _running = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = time.GetUtcNow();
        await Task.WhenAll(
            [BeatAsync(started, stoppingToken), ListenAsync(stoppingToken), .. Enumerable.Range(0, options.Value.Concurrency).Select(_ => TakeAsync(stoppingToken))]);
    }

    private async Task TakeAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await queue.LeaseAsync(_id, LeaseWait, stoppingToken) is { } lease) await RunAsync(lease, stoppingToken);
            }
            catch (Exception ex) when (!stoppingToken.IsCancellationRequested)
            {
                // Postgres away: the queue answers again when it is back.
                LogQueueFault(ex);
                await Task.Delay(AfterFault, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task RunAsync(ScanLease lease, CancellationToken stoppingToken)
    {
        ActivityContext.TryParse(lease.TraceParent, null, isRemote: true, out var parent);
        using var span = WorkerTelemetry.Source.StartActivity("scan", ActivityKind.Consumer, parent);
        span?.SetTag("scan.id", lease.ScanId);
        using var request = RequestIdContext.Use(lease.RequestId);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        limit.CancelAfter(options.Value.ScanTimeout);
        _running[lease.ScanId] = stop;
        var renewing = RenewAsync(lease, stop, stop.Token);
        Func<CancellationToken, Task>? then = null;
        var failed = false;
        bool lost;
        var timestamp = time.GetTimestamp();
        LogStarted(lease.ScanId, lease.Attempt);
        try
        {
            then = await executor.ExecuteAsync(lease, limit.Token);
            var elapsed = time.GetElapsedTime(timestamp);
            if (then is not null) LogFinished(lease.ScanId, elapsed);
        }
        catch (Exception ex)
        {
            failed = true;
            await FailedAsync(lease, ex, timedOut: limit.IsCancellationRequested && !stop.IsCancellationRequested, stoppingToken);
            span?.SetStatus(ActivityStatusCode.Error);
        }
        finally
        {
            _running.TryRemove(lease.ScanId, out _);
            await stop.CancelAsync();
            lost = await renewing;
        }
        if (then is null && (lost || !failed)) LogLeaseLost(lease.ScanId);
        if (then is not null) await FollowAsync(lease, then, stoppingToken);
    }

    // Without the lease, which ended with the scan: renewing it would look as if it had been lost.
    private async Task FollowAsync(ScanLease lease, Func<CancellationToken, Task> then, CancellationToken stoppingToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        limit.CancelAfter(options.Value.ScanTimeout);
        try
        {
            await then(limit.Token);
        }
        catch (Exception ex) when (!stoppingToken.IsCancellationRequested)
        {
            LogNotFollowed(lease.ScanId, ex);
        }
    }

    private async Task FailedAsync(ScanLease lease, Exception fault, bool timedOut, CancellationToken stoppingToken)
    {
        // Not the caller's token: what became of the scan must be written even while the worker stops.
        var cancellationToken = CancellationToken.None;
        bool changed;
        switch (fault)
        {
            case OperationCanceledException when stoppingToken.IsCancellationRequested:
                await queue.ReleaseAsync(lease, cancellationToken);
                LogReleased(lease.ScanId);
                return;
            case ScanYieldedException:
                await queue.ReleaseAsync(lease, options.Value.RetryDelay * 2, cancellationToken);
                LogYielded(lease.ScanId);
                return;
            case OperationCanceledException when timedOut:
                changed = await queue.DeadLetterAsync(lease, "timeout", $"The scan did not finish within {options.Value.ScanTimeout.TotalMinutes:0} minutes (Worker:ScanTimeout).", cancellationToken);
                break;
            case OperationCanceledException:
                LogStopped(lease.ScanId);
                return;
            // A limit lasts for up to an hour: waiting for its end must not use the scan's attempts up.
            case GitException { NotBefore: { } until } limited:
                await queue.ReleaseAsync(lease, until - time.GetUtcNow(), cancellationToken);
                LogLimited(lease.ScanId, until, limited.Message);
                return;
            case GitException { Transient: false } refused:
                changed = await queue.DeadLetterAsync(lease, refused.Code, refused.Message, cancellationToken);
                LogRefused(lease.ScanId, refused.Code);
                break;
            case GitException transient:
                changed = await queue.RetryAsync(lease, Delay(lease.Attempt), transient.Code, transient.Message, cancellationToken);
                LogRetried(lease.ScanId, lease.Attempt, transient);
                break;
            default:
                changed = await queue.RetryAsync(lease, Delay(lease.Attempt), "internal-error", $"The worker failed ({fault.GetType().Name}); its log has the details.", cancellationToken);
                LogRetried(lease.ScanId, lease.Attempt, fault);
                break;
        }
        // It may have ended otherwise meanwhile.
        if (!changed) return;
        await bus.PublishAsync(
            new ScanProgress(lease.ScanId, lease.RepositoryId, lease.RequestId, ScanStatus.Failed, ScanPhase.Done, 0, 0, 0, time.GetUtcNow()), cancellationToken);
    }

    // 5 s, 10 s, 20 s …, each with half of it at random, so that many failing scans do not come back together.
    private TimeSpan Delay(int attempt) => options.Value.RetryDelay * Math.Pow(2, Math.Min(attempt, 8) - 1) * (0.75 + (Random.Shared.NextDouble() / 2));

    // True when the lease was gone, which stopped the scan: somebody else has it, or it was written meanwhile.
    private async Task<bool> RenewAsync(ScanLease lease, CancellationTokenSource stop, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(queueOptions.Value.LeaseTime / 4, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested) return false;
            try
            {
                if (await queue.RenewAsync(lease, cancellationToken) is not null) continue;
                await stop.CancelAsync();
                return true;
            }
            catch (Exception ex) when (!cancellationToken.IsCancellationRequested)
            {
                // Postgres away for a moment: the lease lasts for three more tries, and fencing guards the result.
                LogQueueFault(ex);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
        return false;
    }

    private async Task BeatAsync(DateTimeOffset started, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await registry.HeartbeatAsync(
                new WorkerSnapshot(_id, ServiceVersion.Current, started, time.GetUtcNow(), options.Value.Concurrency, [.. _running.Keys]), stoppingToken);
            await Task.Delay(Heartbeat, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var scanId in queue.CancellationsAsync(stoppingToken))
                {
                    if (_running.TryGetValue(scanId, out var stop)) await stop.CancelAsync();
                }
            }
            catch (Exception ex) when (!stoppingToken.IsCancellationRequested)
            {
                // Redis away: a cancelled scan is then noticed when its lease is renewed.
                LogQueueFault(ex);
                await Task.Delay(AfterFault, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Scan {ScanId} started, attempt {Attempt}")]
    private partial void LogStarted(Guid scanId, int attempt);

    [LoggerMessage(Level = LogLevel.Information, Message = "Scan {ScanId} finished in {Elapsed}")]
    private partial void LogFinished(Guid scanId, TimeSpan elapsed);

    [LoggerMessage(Level = LogLevel.Information, Message = "Scan {ScanId} was given back, the worker is stopping")]
    private partial void LogReleased(Guid scanId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Scan {ScanId} made room for others and goes on later")]
    private partial void LogYielded(Guid scanId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Scan {ScanId} waits until {Until}: {Reason}")]
    private partial void LogLimited(Guid scanId, DateTimeOffset until, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Scan {ScanId} was stopped: cancelled or superseded")]
    private partial void LogStopped(Guid scanId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Scan {ScanId} lost its lease; its result was not written")]
    private partial void LogLeaseLost(Guid scanId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Scan {ScanId} was written, and what follows it was not done; the repository's next scan makes up for it")]
    private partial void LogNotFollowed(Guid scanId, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Scan {ScanId} was given up: {Code}")]
    private partial void LogRefused(Guid scanId, string code);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Scan {ScanId} failed on attempt {Attempt} and is tried again")]
    private partial void LogRetried(Guid scanId, int attempt, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The queue does not answer; trying again")]
    private partial void LogQueueFault(Exception exception);
}
