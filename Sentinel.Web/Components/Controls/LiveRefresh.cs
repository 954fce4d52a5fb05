using Microsoft.AspNetCore.Components;
using Sentinel.Contracts.Live;

namespace Sentinel.Web.Components.Controls;

/// <summary>
/// Calls back when something happened that the page shows, at most once per <see cref="Pause"/>. While the API's event
/// stream cannot be had it calls back at <see cref="Fallback"/> intervals instead, so that a page never freezes silently.
/// </summary>
public sealed class LiveRefresh : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private bool _dirty;

    [Inject]
    public required SentinelClient Client { get; set; }

    [Inject]
    public required TimeProvider Clock { get; set; }

    [Parameter, EditorRequired]
    public required Func<Task> OnChange { get; set; }

    /// <summary>Which events matter; all when null.</summary>
    [Parameter]
    public Func<LiveEvent, bool>? Where { get; set; }

    [Parameter]
    public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(2);

    [Parameter]
    public TimeSpan Fallback { get; set; } = TimeSpan.FromSeconds(10);

    protected override void OnInitialized()
    {
        if (!RendererInfo.IsInteractive)
            return;
        _ = ListenAsync(_closing.Token);
        _ = RefreshAsync(_closing.Token);
    }

    public void Dispose()
    {
        _closing.Cancel();
        _closing.Dispose();
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var live in Client.WatchAsync(cancellationToken))
                    _dirty |= Where is null || Where(live);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            // No stream, no matter why: the page falls back to asking, and the stream is tried again.
            catch (Exception)
            {
            }
            _dirty = true;
            await Task.Delay(Fallback, Clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(Pause, Clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_dirty || cancellationToken.IsCancellationRequested)
                continue;
            _dirty = false;
            await InvokeAsync(OnChange);
        }
    }
}
