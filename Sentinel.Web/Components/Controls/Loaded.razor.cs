using Microsoft.AspNetCore.Components;

namespace Sentinel.Web.Components.Controls;

/// <summary>
/// Shows what a call to the API gives: a skeleton at first, the content, or the error with its request ID and a way to try
/// again. Content that is already there stays while it is loaded again.
/// </summary>
public sealed partial class Loaded<T> : IDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private CancellationTokenSource? _running;
    private T? _value;
    private ApiError? _error;
    private object? _loadedKey;
    private bool _loadedOnce;
    private bool _busy;

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Parameter, EditorRequired]
    public required Func<CancellationToken, Task<ApiResult<T>>> Load { get; set; }

    [Parameter, EditorRequired]
    public required RenderFragment<T> Content { get; set; }

    /// <summary>What the content depends on: another key loads again.</summary>
    [Parameter]
    public object? Key { get; set; }

    [Parameter]
    public RenderFragment? Loading { get; set; }

    [Parameter]
    public string NotFoundTitle { get; set; } = "Not found";

    [Parameter]
    public EventCallback<T> OnLoaded { get; set; }

    public T? Value => _value;

    protected override Task OnParametersSetAsync()
    {
        // While the page is only pre-rendered the skeleton is enough: loading twice would double every call.
        if (!RendererInfo.IsInteractive || (_loadedOnce && Equals(Key, _loadedKey)))
            return Task.CompletedTask;
        return ReloadAsync();
    }

    /// <summary>Loads again and keeps the present content meanwhile. A load under way is given up.</summary>
    public async Task ReloadAsync()
    {
        if (_closing.IsCancellationRequested)
            return;
        if (_running is not null)
            await _running.CancelAsync();
        using var running = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        _running = running;
        _loadedOnce = true;
        _loadedKey = Key;
        _busy = true;
        StateHasChanged();
        try
        {
            await TakeAsync(await Load(running.Token));
        }
        // A newer load took over, or the page was left.
        catch (OperationCanceledException) when (running.IsCancellationRequested)
        {
        }
        finally
        {
            if (ReferenceEquals(_running, running))
            {
                _running = null;
                _busy = false;
            }
        }
        if (!_closing.IsCancellationRequested)
            StateHasChanged();
    }

    public void Dispose()
    {
        _closing.Cancel();
        _closing.Dispose();
    }

    private async Task TakeAsync(ApiResult<T> result)
    {
        _error = result.Error;
        if (result.Error is { IsUnauthorized: true })
        {
            Navigation.NavigateTo(SentinelUrls.SignInFrom("/" + Navigation.ToBaseRelativePath(Navigation.Uri), "expired"), forceLoad: true);
            return;
        }
        if (result.Error is { IsNotFound: true })
            _value = default;
        if (result.Error is not null)
            return;
        _value = result.Value;
        await OnLoaded.InvokeAsync(result.Value);
    }

    private Task RetryAsync()
    {
        _error = null;
        return ReloadAsync();
    }
}
