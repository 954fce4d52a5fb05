using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Sentinel.Web.Model;

namespace Sentinel.Web.Components;

public sealed partial class App
{
    private IComponentRenderMode? _mode;
    private string _theme = ThemeChoice.From(null);

    [CascadingParameter]
    public required HttpContext Http { get; set; }

    protected override void OnInitialized()
    {
        _theme = ThemeChoice.From(Http.Request.Cookies[ThemeChoice.CookieName]);
        // Signing in sets cookies, which only a plain response can do: those pages are not interactive.
        _mode = Http.AcceptsInteractiveRouting() ? RenderMode.InteractiveServer : null;
    }
}
