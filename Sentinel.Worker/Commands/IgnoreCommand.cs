using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Live;
using Sentinel.Contracts.Liveness;
using Sentinel.Data.Audit;
using Sentinel.Data.Commands;
using Sentinel.Data.Feedback;
using Sentinel.Data.Findings;
using Sentinel.Data.Queue;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.Worker.Commands;

/// <summary><c>/sentinel ignore</c>: the same dismissal as on the dashboard.</summary>
internal sealed class IgnoreCommand(IScanProgressBus bus, TimeProvider time)
{
    /// <summary>What is claimed when nothing is named: it says least, only that somebody takes the risk.</summary>
    public const DismissReason Default = DismissReason.AcceptedRisk;

    public async Task<PullRequestCommand> RunAsync(CommandContext context, NamedFinding named, CancellationToken cancellationToken)
    {
        if (FindingDecision.JustificationFault(context.Message.Command.Reason) is { } fault)
            return await context.SettleAsync(CommandOutcome.NotUnderstood, CommandText.NoReason(named.Number, fault), cancellationToken);
        var decided = await context.SettleAsync(() => DismissAsync(context, named, cancellationToken), cancellationToken);
        if (decided.Outcome == CommandOutcome.Done)
            await bus.PublishAsync(new LiveEvent("findings.changed", time.GetUtcNow(), named.Finding.RepositoryId, null, named.Finding.Id, null), cancellationToken);
        return decided;
    }

    private async Task<CommandAnswer> DismissAsync(CommandContext context, NamedFinding named, CancellationToken cancellationToken)
    {
        var (database, message, now) = (context.Database, context.Message, time.GetUtcNow());
        var (reason, justification) = (message.Command.DismissAs ?? Default, message.Command.Reason!);
        var finding = await FindingDecision.LockAsync(database, named.Finding.Id, cancellationToken)
            ?? throw new InvalidOperationException("The finding went away while it was being dismissed.");
        // Whoever can write in a repository must not be able to make everybody overlook a key that works.
        if (finding.Liveness == LivenessState.Live) return new CommandAnswer(CommandOutcome.Declined, CommandText.Live(named));
        if (FindingDecision.Dismiss(database, finding, reason, justification, expiresAt: null, message.AuthorLogin, now, $"in a comment of pull request {context.Pull.Number}") is { } conflict)
            return new CommandAnswer(CommandOutcome.Declined, CommandText.Conflict(named, conflict));

        database.AuditLog.Add(AuditEntry.Of(now, message.AuthorLogin, "finding.dismissed", "finding", finding.Id.ToString(), new
        {
            reason,
            repository = context.Place.Repository.FullName,
            pullRequest = context.Pull.Number,
            comment = message.CommentId,
        }));
        await database.SaveChangesAsync(cancellationToken);
        await FindingFeedback.WriteAsync(database, finding.RepositoryId, finding.Id, now, RequestIdContext.Current, cancellationToken);
        return new CommandAnswer(CommandOutcome.Done, CommandText.Ignored(named, reason, justification));
    }
}
