using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Sentinel.Aspire.Running;

namespace Sentinel.Aspire.Commands;

/// <summary>The person's view of a run: what was created, where everything is once it is healthy, and the scan they asked for.</summary>
internal sealed class RunSession(IServiceProvider services, IHostApplicationLifetime lifetime)
{
    private readonly RunContext _context = services.GetRequiredService<RunContext>();
    private readonly DistributedApplicationModel _model = services.GetRequiredService<DistributedApplicationModel>();

    /// <returns>The exit code of the process.</returns>
    public async Task<int> AttendAsync(CancellationToken stopping)
    {
        try
        {
            var started = _context.Clock.GetTimestamp();
            if (!await WaitForAllAsync(stopping).ConfigureAwait(false))
            {
                _context.Console.Say("Sentinel did not start; the lines above say why. Stopping what runs.");
                lifetime.StopApplication();
                return 1;
            }

            _context.Console.Say(StartupTable.Render(_model, _context, _context.Clock.GetElapsedTime(started)));
            if (_context.Options.Scan is not { } target) return await StayAsync(stopping).ConfigureAwait(false);

            var code = await new ScanCommand(_model, _context).RunAsync(target, stopping).ConfigureAwait(false);
            if (!_context.Options.Exit) return await StayAsync(stopping).ConfigureAwait(false);
            lifetime.StopApplication();
            return code;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return 0;
        }
        catch (DistributedApplicationException e)
        {
            _context.Console.Say(e.Message);
            if (!_context.Options.Exit) return await StayAsync(stopping).ConfigureAwait(false);
            lifetime.StopApplication();
            return 2;
        }
    }

    private static async Task<int> StayAsync(CancellationToken stopping)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, stopping).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        return 0;
    }

    private async Task<bool> WaitForAllAsync(CancellationToken stopping)
    {
        var states = new Dictionary<string, ResourceEvent>(StringComparer.Ordinal);
        await foreach (var change in _context.Notifications.WatchAsync(stopping).ConfigureAwait(false))
        {
            states[change.ResourceId] = change;
            if (change.Snapshot.State?.Text == KnownResourceStates.FailedToStart) return false;
            if (change.Snapshot is { ExitCode: not (null or 0) } && change.Snapshot.State?.Text == KnownResourceStates.Finished) return false;
            if (states.Values.All(IsUp)) return true;
        }

        stopping.ThrowIfCancellationRequested();
        return false;
    }

    private static bool IsUp(ResourceEvent e) => e.Snapshot.HealthStatus == HealthStatus.Healthy || e.Snapshot.State?.Text == KnownResourceStates.Finished;
}
