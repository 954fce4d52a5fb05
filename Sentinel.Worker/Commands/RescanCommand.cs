using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Audit;
using Sentinel.Data.Commands;
using Sentinel.Data.Feedback;
using Sentinel.Data.Outbox;
using Sentinel.Data.Queue;
using Sentinel.Data.Scans;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.Worker.Commands;

/// <summary><c>/sentinel rescan</c>: the same scan as "Re-run" on a check.</summary>
internal sealed class RescanCommand(IScanQueue queue, TimeProvider time)
{
    /// <summary>How long a command to ignore that cannot be carried out is waited for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromHours(2);

    /// <summary>Null while a finding of the pull request is still to be ignored, as somebody asked before.</summary>
    public async Task<PullRequestCommand?> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() - context.Entry.At < Patience && await IsSomethingToIgnoreAsync(context, cancellationToken)) return null;
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

    // GitHub takes annotations, but never gives them up: the new check run must not name what somebody wrote off in the comment before.
    private static async Task<bool> IsSomethingToIgnoreAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var wanted = JsonSerializer.Serialize(
            new { PullRequest = context.Pull.Number, Command = new { Verb = CommandVerb.Ignore } }, SentinelJson.Options);
        var waiting = await context.Database.Outbox.AsNoTracking()
            .Where(m => m.Kind == OutboxMessage.GitHubCommand && m.Status == OutboxStatus.Pending && m.RepositoryId == context.Pull.RepositoryId && m.CreatedAt <= context.Entry.At && EF.Functions.JsonContains(m.Payload, wanted))
            .Select(m => m.Payload).ToListAsync(cancellationToken);
        foreach (var message in waiting.Select(payload => JsonSerializer.Deserialize<CommandMessage>(payload, SentinelJson.Options)!))
        {
            if (!await CommandLedger.IsDecidedAsync(context.Database, message, cancellationToken)) return true;
        }
        return false;
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
