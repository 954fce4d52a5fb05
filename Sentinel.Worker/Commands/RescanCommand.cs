using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Audit;
using Sentinel.Data.Commands;
using Sentinel.Data.Feedback;
using Sentinel.Data.Queue;
using Sentinel.Data.Scans;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.Worker.Commands;

/// <summary><c>/sentinel rescan</c>: the same scan as "Re-run" on a check.</summary>
internal sealed class RescanCommand(IScanQueue queue, TimeProvider time)
{
    public async Task<PullRequestCommand> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        Scan? added = null;
        var decided = await context.SettleAsync(
            async () =>
            {
                if (await UnderWayAsync(context, cancellationToken) is { } known) return new CommandAnswer(CommandOutcome.Done, CommandText.ScanUnderWay(known));
                added = NewScan(context);
                context.Database.Scans.Add(added);
                context.Database.AuditLog.Add(AuditEntry.Of(
                    time.GetUtcNow(), context.Message.AuthorLogin, "scan.requested", "scan", added.Id.ToString(),
                    new { repository = context.Place.Repository.FullName, pullRequest = context.Pull.Number, comment = context.Message.CommentId }));
                return new CommandAnswer(CommandOutcome.Done, CommandText.Scanning(added));
            },
            cancellationToken);
        // Should this process end here, the reconciler finds the scan.
        if (added is not null) await queue.EnqueueAsync([added.Id], cancellationToken);
        return decided;
    }

    private static Task<Scan?> UnderWayAsync(CommandContext context, CancellationToken cancellationToken) =>
        context.Database.Scans.AsNoTracking()
            .Where(s => s.RepositoryId == context.Pull.RepositoryId && s.PullRequestNumber == context.Pull.Number && s.CommitSha == context.Pull.HeadSha
                && (s.Status == ScanStatus.Queued || s.Status == ScanStatus.Running))
            .OrderByDescending(s => s.Id).FirstOrDefaultAsync(cancellationToken);

    private Scan NewScan(CommandContext context) => new()
    {
        RepositoryId = context.Pull.RepositoryId,
        RequestId = RequestIdContext.Current ?? RequestIds.New(),
        TraceParent = Activity.Current?.Id,
        Kind = ScanKind.Rerun,
        Lane = ScanLane.Interactive,
        Ref = PullRequestRef.HeadOf(context.Pull.Number),
        CommitSha = context.Pull.HeadSha,
        BaseSha = context.Pull.BaseSha,
        PullRequestNumber = context.Pull.Number,
        QueuedAt = time.GetUtcNow(),
    };
}
