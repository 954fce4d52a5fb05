using Microsoft.AspNetCore.Authorization;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Api.Security;

/// <summary>Who may do what. A role includes the ones before it; an endpoint that names no policy is closed.</summary>
internal static class Policies
{
    public const string Viewer = nameof(Role.Viewer);
    public const string Triager = nameof(Role.Triager);
    public const string Admin = nameof(Role.Admin);

    public static AuthorizationBuilder AddSentinelPolicies(this AuthorizationBuilder authorization) => authorization
        .AddPolicy(Viewer, policy => policy.RequireAuthenticatedUser().RequireRole(AtLeast(Role.Viewer)))
        .AddPolicy(Triager, policy => policy.RequireAuthenticatedUser().RequireRole(AtLeast(Role.Triager)))
        .AddPolicy(Admin, policy => policy.RequireAuthenticatedUser().RequireRole(AtLeast(Role.Admin)))
        .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireAssertion(NoEndpoint).Build());

    // The fallback also guards paths that lead nowhere: a known caller is told 404, a stranger learns nothing.
    private static bool NoEndpoint(AuthorizationHandlerContext context) =>
        context.Resource is HttpContext http && http.GetEndpoint() is null;

    private static string[] AtLeast(Role least) => [.. Enum.GetValues<Role>().Where(role => role >= least).Select(role => role.ToString())];
}
