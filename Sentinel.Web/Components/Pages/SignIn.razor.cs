using Microsoft.AspNetCore.Components;
using Sentinel.Web.Security;

namespace Sentinel.Web.Components.Pages;

/// <remarks>Rendered as a plain page: signing in answers with a cookie, which an interactive page cannot set.</remarks>
public sealed partial class SignIn
{
    private IReadOnlyList<string> _obstacles = [];

    [CascadingParameter]
    public required HttpContext Http { get; set; }

    [Inject]
    public required IHostEnvironment Environment { get; set; }

    [SupplyParameterFromQuery(Name = "returnUrl")]
    public string? Target { get; set; }

    [SupplyParameterFromQuery(Name = "reason")]
    public string? Reason { get; set; }

    private string? Message => Reason switch
    {
        "expired" => "Your session has ended. Sign in again to go on where you were.",
        "signed-out" => "You are signed out.",
        "no-api" => "Sentinel's API does not answer. It may still be starting: try again in a moment.",
        "refused" => "The API refused to open a session. It offers local sign-in only in Development, to callers on its own machine.",
        "not-local" => "Local sign-in is not available for this request.",
        _ => null,
    };

    protected override void OnInitialized() => _obstacles = LocalSignInRule.Obstacles(Http, Environment);
}
