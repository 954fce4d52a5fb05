using Microsoft.AspNetCore.Components;
using MudBlazor;
using Sentinel.Contracts.Scans;
using Sentinel.Web.Components.Controls;

namespace Sentinel.Web.Components.Pages;

public sealed partial class Scan : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _closing = new();
    private Loaded<ScanDetail>? _data;
    private ScanProgress? _live;
    private Guid? _followed;
    private bool _busy;

    [Inject]
    public required SentinelClient Client { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required ISnackbar Snackbar { get; set; }

    [Inject]
    public required TimeProvider Clock { get; set; }

    [Parameter]
    public Guid Id { get; set; }

    public void Dispose()
    {
        _closing.Cancel();
        _closing.Dispose();
    }

    protected override void OnParametersSet()
    {
        if (_live?.ScanId != Id)
            _live = null;
    }

    private ScanStatus Status(ScanSummary scan) => _live?.Status ?? scan.Status;

    private void Follow(ScanDetail scan)
    {
        if (IsOver(scan.Summary.Status))
        {
            _live = null;
            _followed = null;
        }
        else if (_followed != Id)
        {
            _followed = Id;
            _ = FollowAsync(Id, _closing.Token);
        }
    }

    /// <summary>Shows each step as it comes; without a stream it asks every two seconds, until the scan is over.</summary>
    private async Task FollowAsync(Guid id, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && _followed == id)
        {
            try
            {
                await foreach (var step in Client.WatchScanAsync(id, cancellationToken))
                {
                    if (_followed != id)
                        return;
                    _live = step;
                    await InvokeAsync(StateHasChanged);
                    if (IsOver(step.Status))
                        break;
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            // The stream is a comfort: whatever broke it, the loop asks for the scan itself.
            catch (Exception)
            {
            }
            await InvokeAsync(() => _data?.ReloadAsync() ?? Task.CompletedTask);
            await Task.Delay(PollInterval, Clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RetryAsync()
    {
        _busy = true;
        var result = await Client.RetryScanAsync(Id, _closing.Token);
        _busy = false;
        if (result.Value is { } accepted && accepted.ScanId != Id)
            Navigation.NavigateTo(SentinelUrls.Scan(accepted.ScanId));
        else
            await ShowAsync(result.Error, "The scan is queued again.");
    }

    private async Task CancelAsync()
    {
        _busy = true;
        var result = await Client.CancelScanAsync(Id, _closing.Token);
        _busy = false;
        await ShowAsync(result.Error, "The scan is being cancelled.");
    }

    private async Task ShowAsync(ApiError? error, string success)
    {
        if (error is null)
            Snackbar.Add(success, Severity.Success);
        else
            Snackbar.Add($"{error.Summary} (request {error.RequestId})", Severity.Error);
        if (_data is not null)
            await _data.ReloadAsync();
    }

    // A branch is scanned by its push too, and whichever scan comes first opens what both see.
    private static string NothingMoved(ScanSummary scan) => scan.PullRequestNumber is null
        ? "This scan opened and closed no finding."
        : "This scan opened and closed no finding. What the pull request brings may have been found before, in a push of its branch; the check at GitHub counts it all the same.";

    private static bool IsOver(ScanStatus status) => status is not (ScanStatus.Queued or ScanStatus.Running);
}
