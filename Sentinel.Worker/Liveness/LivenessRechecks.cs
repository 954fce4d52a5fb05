using Microsoft.Extensions.Options;

namespace Sentinel.Worker.Liveness;

/// <summary>Asks on a schedule, reading each value again from the content that holds it.</summary>
internal sealed partial class LivenessRechecks(
    EnabledProviders providers, LivenessChecks checks, IOptions<LivenessOptions> options, TimeProvider time, ILogger<LivenessRechecks> logger) : BackgroundService
{
    /// <summary>One round; returns how many answers there were.</summary>
    public async Task<int> CheckDueAsync(CancellationToken cancellationToken)
    {
        var answers = 0;
        foreach (var provider in await providers.ListAsync(cancellationToken)) answers += await checks.CheckDueAsync(provider, cancellationToken);
        return answers;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var described = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!described) await providers.DescribeAsync(stoppingToken);
                described = true;
                await CheckDueAsync(stoppingToken);
            }
            catch (Exception ex) when (!stoppingToken.IsCancellationRequested)
            {
                // Postgres away: the next round tries again.
                LogFailed(ex);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(options.Value.Interval * (0.8 + (0.4 * Random.Shared.NextDouble())), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Due liveness checks could not be carried out; the next round tries again")]
    private partial void LogFailed(Exception exception);
}
