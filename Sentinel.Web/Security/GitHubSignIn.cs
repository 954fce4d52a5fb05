using System.Security.Claims;
using Sentinel.Contracts;
using Sentinel.Contracts.Sessions;
using Sentinel.Web.Model;

namespace Sentinel.Web.Security;

/// <summary>
/// The browser's way to GitHub and back. The API decides and holds every secret; here the sign-in under way rests in a cookie of the
/// browser that began it, sealed by the API.
/// </summary>
internal static class GitHubSignIn
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    public static void MapGitHubSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(SentinelUrls.GitHubSignIn, Begin).AllowAnonymous();
        routes.MapGet(SentinelUrls.GitHubCallback, Finish).AllowAnonymous();
    }

    private static async Task<IResult> Begin(string? returnUrl, HttpContext context, ApiTransport api, SessionTokens sessions, CancellationToken cancellationToken)
    {
        sessions.ActAs(new ClaimsPrincipal());
        var target = ReturnUrl.LocalOrHome(returnUrl);
        var callback = $"{context.Request.Scheme}://{context.Request.Host}{SentinelUrls.GitHubCallback}";
        var result = await api.PostAsync<GitHubSignInStarted>(ApiRoutes.Session + "/github", new GitHubSignInRequest(callback, target), cancellationToken);
        if (result.Value is not { } started) return Results.LocalRedirect(SentinelUrls.SignInFrom(target, ReasonOf(result.Error)));
        context.Response.Cookies.Append(CookieName(context), started.Pending, CookieOptions(context, Lifetime));
        return Results.Redirect(started.AuthorizeUrl);
    }

    private static async Task<IResult> Finish(
        string? state, string? code, string? error, HttpContext context, ApiTransport api, SessionTokens sessions, CancellationToken cancellationToken)
    {
        var former = context.User;
        sessions.ActAs(new ClaimsPrincipal());
        var completion = new GitHubSignInCompletion(context.Request.Cookies[CookieName(context)], state, code, error);
        var result = await api.PostAsync<GitHubSignInDone>(ApiRoutes.Session + "/github/complete", completion, cancellationToken);
        context.Response.Cookies.Delete(CookieName(context), CookieOptions(context, lifetime: null));
        if (result.Value is not { } done) return Results.LocalRedirect(SentinelUrls.SignInFrom(ReturnUrl.Home, ReasonOf(result.Error)));
        if (former.Identity?.IsAuthenticated == true)
        {
            // The session that was in this browser ends; nobody can have planted one that lives on.
            sessions.ActAs(former);
            await api.DeleteAsync(ApiRoutes.Session, cancellationToken);
        }

        await SignIn.BeginAsync(context, done.Session);
        return Results.LocalRedirect(ReturnUrl.LocalOrHome(done.ReturnUrl));
    }

    // A browser takes a name that begins so only over https, for this host alone and for all of its paths: no neighbour can set it.
    private static string CookieName(HttpContext context) => IsSecure(context) ? "__Host-sentinel-github" : "sentinel-github";

    // Lax: coming back from GitHub is a visit from another site.
    private static CookieOptions CookieOptions(HttpContext context, TimeSpan? lifetime) =>
        new() { HttpOnly = true, Secure = IsSecure(context), SameSite = SameSiteMode.Lax, Path = "/", MaxAge = lifetime, IsEssential = true };

    private static bool IsSecure(HttpContext context) =>
        context.Request.IsHttps || !context.RequestServices.GetRequiredService<IHostEnvironment>().IsDevelopment();

    // Codes that the sign-in page has words for.
    private static string ReasonOf(ApiError? error) => ProblemReason.Of(error, "sign-in-", "sign-in-code");
}
