using System.ComponentModel;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Sentinel.Aspire.Running;

/// <summary>Keeps one process running: probes its health, and starts it again with growing pauses when it dies.</summary>
internal abstract class ProcessRunner(IResource resource, int replica, RunContext context) : ResourceRunner(resource, replica, context)
{
    /// <summary>A process that was never healthy and died this often has a fault that another start will not cure.</summary>
    internal const int StartAttempts = 5;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StableAfter = TimeSpan.FromMinutes(1);
    private volatile ChildProcess? _process;
    private bool _wasHealthy;

    /// <summary>How often the process was started again.</summary>
    public int Restarts { get; private set; }

    protected virtual TimeSpan ProbeInterval => TimeSpan.FromMilliseconds(200);

    public override Task StopAsync(TimeSpan patience) => _process is { } process ? process.StopAsync(patience) : Task.CompletedTask;

    protected abstract Task<LaunchSpec> PrepareAsync(CancellationToken cancellationToken);

    protected abstract Task<bool> ProbeAsync(CancellationToken cancellationToken);

    protected virtual bool RestartsAfter(int exitCode) => true;

    protected override async Task RunCoreAsync(CancellationToken stopping)
    {
        var spec = await PrepareAsync(stopping).ConfigureAwait(false);
        var failures = 0;
        while (true)
        {
            stopping.ThrowIfCancellationRequested();
            var startedAt = Context.Clock.GetTimestamp();
            var exitCode = await RunOnceAsync(spec, stopping).ConfigureAwait(false);
            if (stopping.IsCancellationRequested || Context.RunOnce.Contains(Resource) || !RestartsAfter(exitCode))
            {
                // A terminal state with its code: Finished is "ended by itself", whatever the code.
                Publish(stopping.IsCancellationRequested ? KnownResourceStates.Exited : KnownResourceStates.Finished, exitCode: exitCode);
                if (exitCode != 0 && !stopping.IsCancellationRequested) Context.Console.About(Id, $"ended with exit code {exitCode}");
                return;
            }

            failures = Context.Clock.GetElapsedTime(startedAt) > StableAfter ? 1 : failures + 1;
            if (!_wasHealthy && failures >= StartAttempts)
            {
                Fail($"the process ended {failures} times with exit code {exitCode}; its own lines above say why", exitCode);
                return;
            }

            Restarts++;
            var delay = Delay(Context.Options.RestartDelay, failures);
            Context.Console.About(Id, $"ended with exit code {exitCode}; restart {Restarts} in {delay.TotalSeconds:0.#} s");
            Publish(KnownResourceStates.Starting, HealthStatus.Unhealthy);
            await Task.Delay(delay, Context.Clock, stopping).ConfigureAwait(false);
        }
    }

    internal static TimeSpan Delay(TimeSpan first, int failures)
    {
        var delay = first * Math.Pow(2, Math.Min(failures - 1, 10));
        return delay < LongestDelay ? delay : LongestDelay;
    }

    private async Task<int> RunOnceAsync(LaunchSpec spec, CancellationToken stopping)
    {
        ChildProcess process;
        try
        {
            process = await ChildProcess.StartAsync(spec, (line, isError) => Context.Console.Resource(Id, line, isError)).ConfigureAwait(false);
        }
        catch (Win32Exception e)
        {
            throw new DistributedApplicationException($"'{spec.FileName}' cannot be started: {e.Message}", e);
        }

        _process = process;
        Publish(KnownResourceStates.Running);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var probing = ProbeUntilAsync(ended.Token);
        // Not cancelled by stopping: the process is stopped by StopAsync, in its turn, and its end is awaited here.
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        await probing.ConfigureAwait(false);
        return process.ExitCode;
    }

    private async Task ProbeUntilAsync(CancellationToken cancellationToken)
    {
        bool? before = null;
        var failed = 0;
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var healthy = await ProbeAsync(cancellationToken).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                // One slow answer is not an illness; three in a row are.
                failed = healthy ? 0 : failed + 1;
                if (healthy && before != true)
                {
                    before = _wasHealthy = true;
                    await PublishHealthyAsync(cancellationToken).ConfigureAwait(false);
                }
                else if (before == true && failed == 3)
                {
                    before = false;
                    Context.Console.About(Id, "is not healthy any more");
                    Publish(KnownResourceStates.Running, HealthStatus.Unhealthy);
                }

                await Task.Delay(before == true ? TimeSpan.FromSeconds(2) : ProbeInterval, Context.Clock, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process has ended or is being stopped.
        }
    }
}
