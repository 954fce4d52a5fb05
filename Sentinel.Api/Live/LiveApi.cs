using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Security;
using Sentinel.Api.Visibility;
using Sentinel.Contracts;
using Sentinel.Contracts.Live;
using Sentinel.Data.Access;
using Sentinel.Data.Queue;

namespace Sentinel.Api.Live;

/// <summary><c>GET /api/v1/events</c>: everything that open pages want to know at once.</summary>
internal static class LiveApi
{
    public static RouteHandlerBuilder MapLive(this IEndpointRouteBuilder routes) => routes
        .MapGet(ApiRoutes.Events, Stream)
        .WithTags("Live").WithSummary("Follow what happens (server-sent events)")
        .RequireAuthorization(Policies.Viewer);

    private static ServerSentEventsResult<LiveEvent?> Stream(LiveCaller caller, IScanProgressBus bus, CancellationToken cancellationToken) =>
        TypedResults.ServerSentEvents(FollowAsync(caller, bus, cancellationToken));

    private static async IAsyncEnumerable<SseItem<LiveEvent?>> FollowAsync(
        LiveCaller caller, IScanProgressBus bus, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // At once, so that a client knows that it is connected.
        yield return new SseItem<LiveEvent?>(null, Heartbeat.EventType);
        await foreach (var change in Heartbeat.WithAsync(bus.SubscribeAllAsync, Heartbeat.Interval, cancellationToken))
        {
            if (await caller.LookAsync(cancellationToken) is not { } view) yield break;
            if (change is null) yield return new SseItem<LiveEvent?>(null, Heartbeat.EventType);
            else if (await IsVisibleAsync(change, caller, view, cancellationToken)) yield return new SseItem<LiveEvent?>(change, change.Kind);
        }
    }

    // Some events name a scan or a finding only; whose it is the database knows.
    private static async Task<bool> IsVisibleAsync(LiveEvent change, LiveCaller caller, RepositoryView view, CancellationToken cancellationToken)
    {
        if (view.SeesAll) return true;
        if (change.RepositoryId is { } repository) return view.Includes(repository);
        await using var db = await caller.OpenAsync(view, cancellationToken);
        return (change.FindingId is { } finding && await db.Findings.AnyAsync(row => row.Id == finding, cancellationToken))
            || (change.ScanId is { } scan && await db.Scans.AnyAsync(row => row.Id == scan, cancellationToken));
    }
}
