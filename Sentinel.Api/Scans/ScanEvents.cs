using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Live;
using Sentinel.Api.Problems;
using Sentinel.Api.Visibility;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Queue;

namespace Sentinel.Api.Scans;

/// <summary><c>GET /api/v1/scans/{id}/events</c>: first where the scan stands, then each step, until it has ended.</summary>
internal static class ScanEvents
{
    /// <summary>After so long without a message the database is asked how the scan stands.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    public static async Task<Results<ServerSentEventsResult<ScanProgress?>, ProblemHttpResult>> Stream(
        Guid id, LiveCaller caller, IScanProgressBus bus, TimeProvider time, CancellationToken cancellationToken) =>
        await NowAsync(caller, id, time, cancellationToken) is { } now
            ? TypedResults.ServerSentEvents(FollowAsync(now, caller, bus, time, cancellationToken))
            : ProblemTypes.Missing("scan");

    private static async IAsyncEnumerable<SseItem<ScanProgress?>> FollowAsync(
        ScanProgress first, LiveCaller caller, IScanProgressBus bus, TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new SseItem<ScanProgress?>(first, "progress");
        if (HasEnded(first.Status)) yield break;
        await foreach (var step in Heartbeat.WithAsync(token => bus.SubscribeAsync(first.ScanId, token), Quiet, cancellationToken))
        {
            if (await caller.LookAsync(cancellationToken) is not { } view || !view.Includes(first.RepositoryId)) yield break;
            // A message can be lost, and the scan can have ended before the subscription began: a quiet stream asks the database.
            var progress = step ?? await NowAsync(caller, first.ScanId, time, cancellationToken);
            yield return step is null && progress is not null && !HasEnded(progress.Status)
                ? new SseItem<ScanProgress?>(null, Heartbeat.EventType)
                : new SseItem<ScanProgress?>(progress, "progress");
            if (progress is null || HasEnded(progress.Status)) yield break;
        }
    }

    private static bool HasEnded(ScanStatus status) => status is not (ScanStatus.Queued or ScanStatus.Running);

    private static async Task<ScanProgress?> NowAsync(
        LiveCaller caller, Guid id, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await caller.LookAsync(cancellationToken) is not { } view) return null;
        await using var db = await caller.OpenAsync(view, cancellationToken);
        var now = time.GetUtcNow();
        return await db.Scans.AsNoTracking().Where(scan => scan.Id == id)
            .Select(scan => new ScanProgress(
                scan.Id, scan.RepositoryId, scan.RequestId, scan.Status, scan.Phase, scan.FilesDone, scan.FilesTotal, scan.FilesSkipped, now))
            .SingleOrDefaultAsync(cancellationToken);
    }
}
