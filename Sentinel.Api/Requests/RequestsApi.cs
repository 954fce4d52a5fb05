using Microsoft.AspNetCore.Http.HttpResults;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Contracts.Requests;
using Sentinel.Data;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.Api.Requests;

/// <summary>The journey of one request ID.</summary>
internal static class RequestsApi
{
    // People copy the short form from logs; it was the first.
    private const string ShortPath = "/api/requests/{requestId}";

    public static void MapRequests(this IEndpointRouteBuilder routes)
    {
        routes.MapGet($"{ApiRoutes.Requests}/{{requestId}}", Get).WithTags("Requests").RequireAuthorization(Policies.Viewer)
            .WithSummary("Get everything that one request ID caused, oldest first");
        routes.MapGet(ShortPath, Get).RequireAuthorization(Policies.Viewer).ExcludeFromDescription();
    }

    private static async Task<Results<Ok<RequestJourney>, ProblemHttpResult>> Get(
        string requestId, CurrentUser user, SentinelDbContext db, CancellationToken cancellationToken) =>
        RequestIds.IsValid(requestId) && await Journeys.LoadAsync(db, user, requestId, cancellationToken) is { } journey
            ? TypedResults.Ok(journey)
            : ProblemTypes.Missing("request");
}
