using System.Security.Claims;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Mvc;
using Sentinel.Contracts;
using Sentinel.Contracts.Sessions;
using Sentinel.ServiceDefaults.Encryption;
using Sentinel.Web.Model;
using StackExchange.Redis;

namespace Sentinel.Web.Security;

/// <summary>Signing in and out: a sealed cookie on this origin that holds the API's session.</summary>
internal static partial class SignIn
{
    private const string CookieName = "sentinel-session";

    public static WebApplicationBuilder AddSentinelSignIn(this WebApplicationBuilder builder)
    {
        var secure = builder.Environment.IsDevelopment() ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(options =>
        {
            options.Cookie.Name = CookieName;
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.Cookie.SecurePolicy = secure;
            options.LoginPath = SentinelUrls.SignIn;
            options.LogoutPath = SentinelUrls.SignOut;
            options.AccessDeniedPath = SentinelUrls.Denied;
            options.ReturnUrlParameter = "returnUrl";
            // The API decides how long a session lives; the ticket ends with it.
            options.SlidingExpiration = false;
            options.Events.OnValidatePrincipal = SessionCheck.ValidateAsync;
        });
        builder.Services.AddAuthorization();
        builder.Services.AddCascadingAuthenticationState();
        builder.Services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "sentinel-antiforgery";
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = secure;
        });
        builder.AddSharedKeys();
        return builder;
    }

    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        // Binding a form makes the anti-forgery middleware check the token before the handler runs.
        routes.MapPost(SentinelUrls.LocalSignIn, ContinueLocally).AllowAnonymous();
        routes.MapPost(SentinelUrls.TokenSignIn, ContinueWithToken).AllowAnonymous();
        routes.MapPost(SentinelUrls.SignOut, EndSession).AllowAnonymous();
        routes.MapPost(SentinelUrls.SignOutEverywhere, EndAllSessions).AllowAnonymous();
        routes.MapGitHubSignIn();
        routes.MapGitHubAppReturn();
    }

    /// <remarks>With Redis, every instance of the dashboard can open the others' cookies, and a restart signs nobody out.</remarks>
    private static void AddSharedKeys(this WebApplicationBuilder builder)
    {
        var protection = builder.Services.AddDataProtection().SetApplicationName("sentinel-web");
        if (builder.Configuration.GetConnectionString("redis") is not { Length: > 0 } redis)
            return;
        var options = ConfigurationOptions.Parse(redis);
        options.AbortOnConnectFail = false;
        options.ClientName = "sentinel-web";
        var connection = new Lazy<IConnectionMultiplexer>(() => ConnectionMultiplexer.Connect(options));
        protection.PersistKeysToStackExchangeRedis(() => connection.Value.GetDatabase(), "sentinel:web:data-protection");
        // Whoever reads Redis alone can then forge no cookie. Keys from before SENTINEL_KEY was set stay readable until they end, after 90 days.
        if (SecretCipher.From(builder.Configuration, "sentinel dashboard key ring v1") is not { } cipher) return;
        var encryption = new KeyRingEncryption(cipher);
        builder.Services.AddSingleton(encryption).Configure<KeyManagementOptions>(keys => keys.XmlEncryptor = encryption);
    }

    private static async Task<IResult> ContinueLocally(
        [FromForm] string? returnUrl, HttpContext context, IHostEnvironment environment, ApiTransport api, SessionTokens sessions,
        CancellationToken cancellationToken)
    {
        // A former session must not decide whether a new one is given.
        sessions.ActAs(new ClaimsPrincipal());
        var target = ReturnUrl.LocalOrHome(returnUrl);
        if (LocalSignInRule.Obstacles(context, environment).Count > 0)
            return Results.LocalRedirect(SentinelUrls.SignInFrom(target, "not-local"));

        var result = await api.PostAsync<SessionCreated>(ApiRoutes.Session + "/local", null, cancellationToken);
        if (result.Value is not { } session)
            return Results.LocalRedirect(SentinelUrls.SignInFrom(target, result.Error is { Status: null } ? "no-api" : "refused"));

        await BeginAsync(context, session);
        return Results.LocalRedirect(target);
    }

    // The token is the session then: it ends when the token does, and signing out revokes it.
    private static async Task<IResult> ContinueWithToken(
        [FromForm] string? token, [FromForm] string? returnUrl, HttpContext context, ApiTransport api, SessionTokens sessions, CancellationToken cancellationToken)
    {
        var target = ReturnUrl.LocalOrHome(returnUrl);
        if (token?.Trim() is not { } text || !TokenPattern().IsMatch(text)) return Results.LocalRedirect(SentinelUrls.SignInFrom(target, "token-refused"));
        sessions.ActAs(SessionTokens.PrincipalFor(new SessionCreated(text, "", default, default), CookieAuthenticationDefaults.AuthenticationScheme));
        var result = await api.GetAsync<SessionInfo>(ApiRoutes.Session, cancellationToken);
        if (result.Value is not { } info)
            return Results.LocalRedirect(SentinelUrls.SignInFrom(target, result.Error is { Status: null } ? "no-api" : "token-refused"));

        await BeginAsync(context, new SessionCreated(text, info.Login, info.Role, info.ExpiresAt));
        return Results.LocalRedirect(target);
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,100}\z")]
    private static partial Regex TokenPattern();

    /// <summary>Puts a new session into this browser's cookie, in the place of whatever was there.</summary>
    internal static Task BeginAsync(HttpContext context, SessionCreated session) => context.SignInAsync(
        CookieAuthenticationDefaults.AuthenticationScheme,
        SessionTokens.PrincipalFor(session, CookieAuthenticationDefaults.AuthenticationScheme),
        new AuthenticationProperties { IsPersistent = true, ExpiresUtc = session.ExpiresAt });

    // The form's field is what makes the anti-forgery middleware look.
    private static async Task<IResult> EndAllSessions([FromForm] string? confirmed, HttpContext context, ApiTransport api, SessionTokens sessions)
    {
        if (confirmed != "yes" || context.User.Identity?.IsAuthenticated != true) return Results.LocalRedirect(ReturnUrl.Home);
        sessions.ActAs(context.User);
        var result = await api.DeleteAsync(ApiRoutes.Session + "/all", context.RequestAborted);
        // Unlike with a plain sign-out the other browsers matter, so failing must not look like success.
        if (result.Error is { IsUnauthorized: false }) return Results.LocalRedirect(SentinelUrls.Error);
        await context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return Results.LocalRedirect(SentinelUrls.SignInFrom(ReturnUrl.Home, "signed-out-everywhere"));
    }

    private static async Task<IResult> EndSession([FromForm] string? reason, HttpContext context, ApiTransport api, SessionTokens sessions)
    {
        sessions.ActAs(context.User);
        // The cookie goes whatever the API says; its session ends by itself at the latest when it expires.
        if (context.User.Identity?.IsAuthenticated == true)
            await api.DeleteAsync(ApiRoutes.Session, context.RequestAborted);
        await context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return Results.LocalRedirect(SentinelUrls.SignInFrom(ReturnUrl.Home, reason is "expired" ? reason : "signed-out"));
    }
}
