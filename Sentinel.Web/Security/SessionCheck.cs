using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Sentinel.Contracts;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Web.Security;

/// <summary>
/// Asks the API at each page load whether the session still holds and as what: a cookie lives for weeks, in which a role can change and
/// a person can sign out everywhere. The API enforces both by itself; this keeps the pages honest.
/// </summary>
internal static class SessionCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        if (context.Principal is not { } principal || !IsPageLoad(context.Request)) return;
        var services = context.HttpContext.RequestServices;
        services.GetRequiredService<SessionTokens>().ActAs(principal);
        if (await AskAsync(services.GetRequiredService<ApiTransport>(), context.HttpContext.RequestAborted) is not { } result) return;
        if (result.Error is { IsUnauthorized: true })
        {
            services.GetRequiredService<SessionTokens>().ActAs(new ClaimsPrincipal());
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(context.Scheme.Name);
        }
        else if (result.Value is { } session && (principal.Identity?.Name != session.Login || !principal.IsInRole(session.Role.ToString())))
        {
            var token = principal.FindFirstValue(SessionTokens.TokenClaim)!;
            var renewed = SessionTokens.PrincipalFor(new SessionCreated(token, session.Login, session.Role, session.ExpiresAt), context.Scheme.Name);
            services.GetRequiredService<SessionTokens>().ActAs(renewed);
            context.ReplacePrincipal(renewed);
            context.ShouldRenew = true;
        }
    }

    // While the API is away the page shows that by itself; waiting for it here too would only make people wait twice.
    private static async Task<ApiResult<SessionInfo>?> AskAsync(ApiTransport api, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return await api.GetAsync<SessionInfo>(ApiRoutes.Session, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static bool IsPageLoad(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers.Accept.Any(accept => accept?.Contains("text/html", StringComparison.Ordinal) == true);
}
