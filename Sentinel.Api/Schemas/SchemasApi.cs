using Microsoft.AspNetCore.Http.HttpResults;
using Sentinel.Contracts;
using Sentinel.Scanning.Policies;

namespace Sentinel.Api.Schemas;

/// <summary>Published schemas. Open to strangers: an editor that completes a policy file has no token, and they say nothing of this installation.</summary>
internal static class SchemasApi
{
    public static RouteHandlerBuilder MapSchemas(this IEndpointRouteBuilder routes) => routes
        .MapGet(ApiRoutes.PolicySchema, PolicyFileSchema).AllowAnonymous()
        .WithTags("Schemas").WithSummary("Get the JSON schema of .sentinel.yml");

    private static ContentHttpResult PolicyFileSchema() => TypedResults.Text(PolicySchema.Json, "application/schema+json");
}
