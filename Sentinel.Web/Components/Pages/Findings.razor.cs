using Microsoft.AspNetCore.Components;
using Sentinel.Contracts;
using Sentinel.Contracts.Findings;
using Sentinel.Web.Components.Controls;
using Sentinel.Web.Model;

namespace Sentinel.Web.Components.Pages;

public sealed partial class Findings : IDisposable
{
    private const int PageSize = 50;
    private static readonly FindingState[] OtherStates = [FindingState.Removed, FindingState.Fixed, FindingState.Dismissed];

    private Loaded<Page<FindingSummary>>? _data;
    private FindingFilters _filters = FindingFilters.Default;
    private string? _text;

    [Inject]
    public required SentinelClient Client { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    protected override void OnInitialized()
    {
        ReadAddress();
        Navigation.LocationChanged += OnLocationChanged;
    }

    public void Dispose() => Navigation.LocationChanged -= OnLocationChanged;

    private void OnLocationChanged(object? sender, Microsoft.AspNetCore.Components.Routing.LocationChangedEventArgs e)
    {
        var path = "/" + Navigation.ToBaseRelativePath(e.Location).Split('?', '#')[0];
        if (path != SentinelUrls.Findings)
            return;
        ReadAddress();
        _ = InvokeAsync(StateHasChanged);
    }

    private void ReadAddress()
    {
        _filters = FindingFilters.Parse(new Uri(Navigation.Uri).Query);
        _text = _filters.Text;
    }

    private Task RefreshAsync() => _data?.ReloadAsync() ?? Task.CompletedTask;

    private void SearchText() => Show(_filters with { Text = _text?.Trim() });

    private void Show(FindingFilters filters) => Navigation.NavigateTo(SentinelUrls.FindingsBy(filters.FirstPage()));

    private static string Pressed(bool on) => on ? "true" : "false";
}
