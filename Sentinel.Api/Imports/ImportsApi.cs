using Sentinel.Api.Security;
using Sentinel.Contracts;

namespace Sentinel.Api.Imports;

/// <summary>Results of other tools.</summary>
internal static class ImportsApi
{
    public static RouteGroupBuilder MapImports(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(ApiRoutes.Repositories).WithTags("Imports").RequireAuthorization(Policies.Triager).RequireRateLimiting(RateLimits.Costly);
        group.MapPost("/{id:guid}/imports", CreateImport.Handle).WithSummary("Import SARIF of another tool")
            .Accepts<string>("application/sarif+json", "application/json");
        return group;
    }
}
