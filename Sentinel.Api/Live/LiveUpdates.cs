using Sentinel.Contracts.Live;
using Sentinel.Data.Queue;

namespace Sentinel.Api.Live;

/// <summary>Tells open pages that something changed. Best effort: a page that misses it shows the change when it next loads.</summary>
internal sealed class LiveUpdates(IScanProgressBus bus, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private const int MaxEach = 20;

    public Task FindingChangedAsync(Guid repositoryId, Guid findingId) =>
        PublishAsync(new LiveEvent("findings.changed", time.GetUtcNow(), repositoryId, null, findingId, null));

    /// <summary>One event a scan, or one for all when they are many.</summary>
    public async Task ScansQueuedAsync(IReadOnlyCollection<Guid> scans, CancellationToken cancellationToken)
    {
        foreach (var scan in scans.Take(MaxEach))
        {
            if (cancellationToken.IsCancellationRequested) return;
            await PublishAsync(new LiveEvent("scan.queued", time.GetUtcNow(), null, scan, null, null));
        }
    }

    private async Task PublishAsync(LiveEvent change)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await bus.PublishAsync(change, limit.Token);
        }
        catch (OperationCanceledException)
        {
            // Redis is slow: the page will load the change by itself.
        }
    }
}
