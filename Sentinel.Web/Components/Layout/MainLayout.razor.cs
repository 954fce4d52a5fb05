using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Web.Components.Layout;

public sealed partial class MainLayout : IDisposable
{
    private const string TriagerRoles = nameof(Role.Triager) + "," + nameof(Role.Admin);

    private ErrorBoundary? _boundary;
    private bool _navOpen;
    private string _path = "";

    [Inject]
    public required NavigationManager Navigation { get; set; }

    protected override void OnInitialized()
    {
        _path = Navigation.ToBaseRelativePath(Navigation.Uri).Split('#')[0];
        Navigation.LocationChanged += OnLocationChanged;
    }

    public void Dispose() => Navigation.LocationChanged -= OnLocationChanged;

    private void OnLocationChanged(object? sender, LocationChangedEventArgs e)
    {
        _navOpen = false;
        _path = Navigation.ToBaseRelativePath(e.Location).Split('#')[0];
        _boundary?.Recover();
        _ = InvokeAsync(StateHasChanged);
    }

    private void ToggleNav() => _navOpen = !_navOpen;

    private void CloseNav() => _navOpen = false;

    private void CloseOnEscape(KeyboardEventArgs e)
    {
        if (e.Key == "Escape")
            _navOpen = false;
    }

    private void Recover() => _boundary?.Recover();
}
