using Microsoft.AspNetCore.Components;

namespace Sentinel.Web.Components.Layout;

/// <summary>Leads a stranger to the sign-in page and back to where they wanted to go.</summary>
public sealed class RedirectToSignIn : ComponentBase
{
    [Inject]
    public required NavigationManager Navigation { get; set; }

    protected override void OnInitialized() =>
        Navigation.NavigateTo(SentinelUrls.SignInFrom("/" + Navigation.ToBaseRelativePath(Navigation.Uri)), forceLoad: true);
}
