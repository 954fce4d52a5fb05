using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.Web.Security;

/// <summary>What browsers may do with our pages. Nothing comes from other hosts, and no script stands in a page.</summary>
internal static class SecurityHeaders
{
    /// <remarks>
    /// Styles may be inline because MudBlazor sets positions and sizes by style attributes and writes its palette into a
    /// style element. 'self' in connect-src covers the web socket of the same origin (CSP level 3). Of other hosts GitHub alone takes a form:
    /// the one that makes the App. A page that was opened before that one has the policy too, because links do not load documents anew.
    /// </remarks>
    internal static string ContentSecurityPolicyFor(GitHubAddresses gitHub) =>
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        + $"connect-src 'self'; manifest-src 'self'; form-action 'self' {gitHub.Web.GetLeftPart(UriPartial.Authority)}; base-uri 'self'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this WebApplication app)
    {
        var policy = ContentSecurityPolicyFor(GitHubAddresses.From(app.Configuration));
        var https = !app.Environment.IsDevelopment();
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = policy;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            if (https && context.Request.IsHttps)
                headers.StrictTransportSecurity = "max-age=31536000";
            return next(context);
        });
    }
}
