using System.Threading.Channels;

namespace Sentinel.Worker.Liveness;

/// <summary>
/// Asks about values right after the scan that saw them, while they are still in memory. What does not fit, or is lost with the process,
/// is asked about on the schedule.
/// </summary>
internal sealed partial class LivenessAfterScan(EnabledProviders providers, LivenessChecks checks, ILogger<LivenessAfterScan> logger) : BackgroundService
{
    private const int Capacity = 500;

    private readonly Channel<LeakedValue> _values = Channel.CreateBounded<LeakedValue>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>What a scan should remember; null when no provider is switched on.</summary>
    public async Task<SeenSecrets?> ObserverAsync(CancellationToken cancellationToken)
    {
        var rules = (await providers.ListAsync(cancellationToken)).SelectMany(p => p.Rules).ToHashSet(StringComparer.Ordinal);
        return rules.Count == 0 ? null : new SeenSecrets(rules);
    }

    /// <summary>To be called when the scan's findings are stored.</summary>
    public void Ask(SeenSecrets? seen)
    {
        foreach (var value in seen?.Values.Values ?? []) _values.Writer.TryWrite(value);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var value in _values.Reader.ReadAllAsync(stoppingToken))
            {
                try
                {
                    if ((await providers.ListAsync(stoppingToken)).FirstOrDefault(p => p.Rules.Contains(value.RuleId)) is { } provider)
                        await checks.CheckSeenAsync(provider, value, stoppingToken);
                }
                catch (Exception ex) when (!stoppingToken.IsCancellationRequested)
                {
                    // Postgres away: the schedule asks later.
                    LogFailed(ex);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A provider could not be asked about a secret that was just seen; it is asked on the schedule")]
    private partial void LogFailed(Exception exception);
}
