using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Findings;
using Sentinel.Data.Audit;
using Sentinel.Data.Commands;
using Sentinel.Data.Explanations;
using Sentinel.Data.Feedback;
using Sentinel.Worker.Feedback;
using Explanation = Sentinel.Data.Explanations.Explanation;

namespace Sentinel.Worker.Commands;

/// <summary>
/// <c>/sentinel explain</c>: asks as the dashboard does and waits for the answer. Without a model, or where the policy lets none be asked,
/// the rule speaks for itself.
/// </summary>
internal sealed class ExplainCommand(TimeProvider time)
{
    /// <summary>How long an explanation is waited for before the rule's own guidance is given.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Null while the explanation is waited for.</summary>
    public async Task<PullRequestCommand?> RunAsync(CommandContext context, NamedFinding named, CancellationToken cancellationToken)
    {
        if (!await MayAskAsync(context, cancellationToken)) return await GuideAsync(context, named, CommandText.AiOffByPolicy, cancellationToken);
        if (await ReadyAsync(context, named, cancellationToken) is { } ready)
        {
            return ready.Source == ExplanationSource.Model
                ? await context.SettleAsync(CommandOutcome.Done, CommandText.Explained(named, ready), cancellationToken)
                : await GuideAsync(context, named, CommandText.WhyGuidance(ready.Reason), cancellationToken);
        }
        if (time.GetUtcNow() - context.Entry.At >= Patience) return await GuideAsync(context, named, CommandText.NoAnswerInTime, cancellationToken);
        await AskAsync(context, named, cancellationToken);
        return null;
    }

    private static Task<PullRequestCommand> GuideAsync(CommandContext context, NamedFinding named, string why, CancellationToken cancellationToken) =>
        context.SettleAsync(CommandOutcome.Done, CommandText.Guidance(named, why), cancellationToken);

    // A model's answer does not age; guidance may have been given because there was no model then.
    private static Task<Explanation?> ReadyAsync(CommandContext context, NamedFinding named, CancellationToken cancellationToken) =>
        context.Database.Explanations.AsNoTracking()
            .Where(e => e.FindingId == named.Finding.Id && e.Status == ExplanationStatus.Ready && (e.Source == ExplanationSource.Model || e.CompletedAt >= context.Entry.At))
            .OrderByDescending(e => e.Id).FirstOrDefaultAsync(cancellationToken);

    private async Task AskAsync(CommandContext context, NamedFinding named, CancellationToken cancellationToken)
    {
        if (await ExplanationRequests.WaitingAsync(context.Database, named.Finding.Id, cancellationToken) is not null) return;
        var now = time.GetUtcNow();
        context.Database.Outbox.Add(await ExplanationRequests.NewAsync(context.Database, named.Finding.Id, named.Finding.RepositoryId, now, cancellationToken));
        context.Database.AuditLog.Add(AuditEntry.Of(
            now, context.Message.AuthorLogin, "explanation.requested", "finding", named.Finding.Id.ToString(),
            new { pullRequest = context.Pull.Number, comment = context.Message.CommentId }));
        await context.Database.SaveChangesAsync(cancellationToken);
        context.Database.ChangeTracker.Clear();
        await CommandReply.ReactAsync(context.Place, context.Message, CommandReply.LookingAtIt, cancellationToken);
    }

    // The policy of the merge base decides, as for everything else: a change cannot send its own code to a model.
    private static async Task<bool> MayAskAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var headRef = PullRequestRef.HeadOf(context.Pull.Number);
        var mergeBase = await context.Database.ScanSnapshots.AsNoTracking()
            .Where(s => s.RepositoryId == context.Pull.RepositoryId && s.Ref == headRef && s.CommitSha == context.Pull.HeadSha && s.MergeBaseSha != null)
            .OrderByDescending(s => s.CompletedAt).Select(s => s.MergeBaseSha).FirstOrDefaultAsync(cancellationToken);
        var policy = await CommitPolicies.AtAsync(context.Place.Connection, context.Place.Repository.FullName, mergeBase ?? context.Pull.BaseSha, cancellationToken);
        return policy.Policy.Ai.Explain;
    }
}
