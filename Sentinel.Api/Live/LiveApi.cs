using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Contracts.Live;
using Sentinel.Data.Queue;

namespace Sentinel.Api.Live;

/// <summary><c>GET /api/v1/events</c>: everything that open pages want to know at once.</summary>
internal static class LiveApi
{
    public static RouteHandlerBuilder MapLive(this IEndpointRouteBuilder routes) => routes
        .MapGet(ApiRoutes.Events, Stream)
        .WithTags("Live").WithSummary("Follow what happens (server-sent events)")
        .RequireAuthorization(Policies.Viewer);

    private static ServerSentEventsResult<LiveEvent?> Stream(IScanProgressBus bus, CancellationToken cancellationToken) =>
        TypedResults.ServerSentEvents(FollowAsync(bus, cancellationToken));

    private static async IAsyncEnumerable<SseItem<LiveEvent?>> FollowAsync(
        IScanProgressBus bus, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // At once, so that a client knows that it is connected.
        yield return new SseItem<LiveEvent?>(null, Heartbeat.EventType);
        await foreach (var change in Heartbeat.WithAsync(bus.SubscribeAllAsync, Heartbeat.Interval, cancellationToken))
            yield return change is null ? new SseItem<LiveEvent?>(null, Heartbeat.EventType) : new SseItem<LiveEvent?>(change, change.Kind);
    }
}
