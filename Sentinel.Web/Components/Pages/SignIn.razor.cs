using Microsoft.AspNetCore.Components;
using Sentinel.Contracts;
using Sentinel.Contracts.Sessions;
using Sentinel.Web.Security;

namespace Sentinel.Web.Components.Pages;

/// <remarks>Rendered as a plain page: signing in answers with a cookie, which an interactive page cannot set.</remarks>
public sealed partial class SignIn
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private IReadOnlyList<string> _obstacles = [];
    private SignInOptions? _options;

    [CascadingParameter]
    public required HttpContext Http { get; set; }

    [Inject]
    public required IHostEnvironment Environment { get; set; }

    [Inject]
    public required ApiTransport Api { get; set; }

    [SupplyParameterFromQuery(Name = "returnUrl")]
    public string? Target { get; set; }

    [SupplyParameterFromQuery(Name = "reason")]
    public string? Reason { get; set; }

    // Without an answer the page offers what it can tell by itself.
    private async Task<SignInOptions?> OptionsAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Http.RequestAborted);
        patience.CancelAfter(Patience);
        try
        {
            return (await Api.GetAsync<SignInOptions>(ApiRoutes.Session + "/options", patience.Token)).Value;
        }
        catch (OperationCanceledException) when (!Http.RequestAborted.IsCancellationRequested)
        {
            return null;
        }
    }

    // Cookies are for https alone outside Development, and a form needs one.
    private bool IsSafe => Http.Request.IsHttps || Environment.IsDevelopment();

    private string? Message => Reason switch
    {
        "expired" => "Your session has ended. Sign in again to go on where you were.",
        "signed-out" => "You are signed out.",
        "no-api" => "Sentinel's API does not answer. It may still be starting: try again in a moment.",
        "refused" => "The API refused to open a session. It offers local sign-in only in Development, to callers on its own machine.",
        "token-refused" => "That token is not accepted: it was revoked, has expired, or was not copied whole.",
        "not-local" => "Local sign-in is not available for this request.",
        "signed-out-everywhere" => "You are signed out in every browser. API tokens go on working until they are revoked or expire.",
        "sign-in-declined" => "Signing in was cancelled at GitHub.",
        "sign-in-state" => "That sign-in was not begun in this browser, or more than ten minutes ago. Begin again.",
        "sign-in-code" => "GitHub did not accept the sign-in. Begin again.",
        "sign-in-organisation" => "Your GitHub account does not belong to an organisation that may use this installation. An administrator decides which those are.",
        "sign-in-unavailable" => "GitHub does not answer. Try again in a moment.",
        "sign-in-setup" => "GitHub does not accept this installation's credentials. An administrator has to check its client ID, secret and callback address.",
        "sign-in-off" => "Signing in with GitHub is not set up here.",
        "too-many" => "Too many people are signing in at once. Try again in a moment.",
        _ => null,
    };

    protected override async Task OnInitializedAsync()
    {
        _obstacles = LocalSignInRule.Obstacles(Http, Environment);
        _options = await OptionsAsync();
    }
}
