using Microsoft.AspNetCore.Authentication;
using Sentinel.Api.Visibility;

namespace Sentinel.Api.Security;

/// <summary>Who is calling, what they may do, how often.</summary>
internal static class SecurityFeature
{
    public static IServiceCollection AddSentinelSecurity(this IServiceCollection services)
    {
        services.AddSingleton<TokenDirectory>();
        services.AddAuthentication(BearerAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, BearerAuthentication>(BearerAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder().AddSentinelPolicies();
        return services.AddSentinelRateLimits();
    }

    /// <summary>Authentication before the limits, so that each caller has their own; both before authorization.</summary>
    public static WebApplication UseSentinelSecurity(this WebApplication app)
    {
        app.UseCrossSiteRefusal();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseVisibility();
        return app;
    }
}
