using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts;
using Sentinel.Data;
using Sentinel.Data.Commands;
using Sentinel.Data.Feedback;
using Sentinel.Data.Outbox;
using Sentinel.GitHub;
using Sentinel.GitHub.Errors;
using Sentinel.GitHub.PullRequests;
using Sentinel.Worker.Feedback;
using Sentinel.Worker.Outbox;

namespace Sentinel.Worker.Commands;

/// <summary>
/// Carries out a command and answers it: first decided and stored, then told at GitHub. Whatever fails between, it is done once and
/// answered once.
/// </summary>
internal sealed class CommandHandler(GitHubClients clients, IgnoreCommand ignore, RescanCommand rescan, ExplainCommand explain, TimeProvider time) : GitHubHandler(clients)
{
    /// <summary>Commands of one person at one pull request within an hour; the next is told so, and those after it are passed over.</summary>
    public const int MaxPerHour = 20;

    /// <summary>How long until a command that waits is looked at again.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public override string Kind => OutboxMessage.GitHubCommand;

    public override bool Coalesces => false;

    protected override async Task<OutboxOutcome> HandleAsync(OutboxDelivery delivery, JsonElement payload, GitHubPlace place, CancellationToken cancellationToken)
    {
        var message = payload.Deserialize<CommandMessage>(SentinelJson.Options) ?? throw new JsonException("The command's payload is null.");
        var pull = await PullAsync(delivery.Database, place, message.PullRequest, cancellationToken);
        var entry = await CommandLedger.EnterAsync(delivery.Database, message, time.GetUtcNow(), cancellationToken);
        var decided = entry.Outcome is not null ? entry : await DecideAsync(new CommandContext(delivery.Database, place, message, pull, entry), cancellationToken);
        if (decided is null) return new OutboxOutcome.Postponed(time.GetUtcNow() + Pause, WhatIsWaitedFor(message.Command.Verb));
        try
        {
            await CommandReply.WriteAsync(place, message, decided, cancellationToken);
        }
        catch (GitHubNotFoundException) when (delivery.Message.Attempts >= TriesUntilMissing)
        {
            // Its author took the comment back: nobody waits for an answer.
        }
        return OutboxOutcome.Done;
    }

    /// <summary>Null while it waits.</summary>
    private async Task<PullRequestCommand?> DecideAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var (message, entry) = (context.Message, context.Entry);
        if (entry.Before > MaxPerHour) return await context.SettleAsync(CommandOutcome.Limited, null, cancellationToken);
        if (!await context.Place.Connection.MayPushAsync(context.Place.Repository.FullName, message.AuthorLogin, message.AuthorId, cancellationToken))
            return await RefuseAsync(context, cancellationToken);
        if (entry.Before == MaxPerHour) return await context.SettleAsync(CommandOutcome.Limited, CommandText.Limited(MaxPerHour), cancellationToken);

        return message.Command.Verb switch
        {
            CommandVerb.Help => await context.SettleAsync(CommandOutcome.Done, CommandText.Help, cancellationToken),
            CommandVerb.Unknown => await context.SettleAsync(CommandOutcome.NotUnderstood, CommandText.Unknown, cancellationToken),
            _ when context.Pull.State != PullRequestState.Open => await context.SettleAsync(CommandOutcome.Declined, CommandText.Closed, cancellationToken),
            CommandVerb.Rescan => await rescan.RunAsync(context, cancellationToken),
            _ => await AboutFindingAsync(context, cancellationToken),
        };
    }

    private async Task<PullRequestCommand?> AboutFindingAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var (finding, fault) = await NamedFinding.FindAsync(context, cancellationToken);
        if (finding is null) return await context.SettleAsync(CommandOutcome.NotUnderstood, fault, cancellationToken);
        return context.Message.Command.Verb switch
        {
            CommandVerb.Ignore => await ignore.RunAsync(context, finding, cancellationToken),
            CommandVerb.Explain => await explain.RunAsync(context, finding, cancellationToken),
            CommandVerb.Fix => await context.SettleAsync(CommandOutcome.Done, await FixOfAsync(context, finding, cancellationToken), cancellationToken),
            var verb => throw new InvalidOperationException($"The command {verb} is not about a finding."),
        };
    }

    // Of the head as it was scanned last; the answer names the commit.
    private static async Task<string> FixOfAsync(CommandContext context, NamedFinding named, CancellationToken cancellationToken)
    {
        var headRef = PullRequestRef.HeadOf(context.Pull.Number);
        var here = await context.Database.FindingInstances.AsNoTracking()
            .SingleOrDefaultAsync(i => i.FindingId == named.Finding.Id && i.Ref == headRef && i.Present, cancellationToken);
        return here?.Fix is { } fix ? CommandText.Fix(named, here.Path, here.CommitSha, fix) : CommandText.NoFix(named);
    }

    private static string WhatIsWaitedFor(CommandVerb verb) =>
        verb == CommandVerb.Explain ? "The explanation is being written." : "Findings of this pull request are being ignored first.";

    // Strangers are told once; more would let them make Sentinel talk.
    private static Task<PullRequestCommand> RefuseAsync(CommandContext context, CancellationToken cancellationToken) => context.SettleAsync(
        async () => new CommandAnswer(
            CommandOutcome.Refused, await CommandLedger.WasRefusedAsync(context.Database, context.Message, cancellationToken) ? null : CommandText.Refused),
        cancellationToken);

    // One that was opened before Sentinel came is not known yet.
    private static async Task<PullRequest> PullAsync(SentinelDbContext database, GitHubPlace place, int number, CancellationToken cancellationToken)
    {
        var known = database.PullRequests.AsNoTracking().Where(p => p.RepositoryId == place.Repository.Id && p.Number == number);
        if (await known.SingleOrDefaultAsync(cancellationToken) is { } pull) return pull;
        var facts = await place.Connection.PullRequestAsync(place.Repository.FullName, number, cancellationToken);
        var read = new PullRequest
        {
            RepositoryId = place.Repository.Id,
            Number = number,
            State = facts.Merged ? PullRequestState.Merged : facts.State == "open" ? PullRequestState.Open : PullRequestState.Closed,
            HeadSha = facts.Head.Sha,
            HeadRef = facts.Head.Ref,
            BaseSha = facts.Base.Sha,
            BaseRef = facts.Base.Ref,
            Draft = facts.Draft,
            FromFork = facts.Head.Repo?.Id != place.Repository.GitHubId,
            AuthorLogin = PostgresText.Clean(facts.User?.Login ?? "", 1000),
            Title = PostgresText.Clean(facts.Title, 1000),
            UpdatedAt = facts.UpdatedAt,
        };
        database.PullRequests.Add(read);
        await database.SaveChangesAsync(cancellationToken);
        database.ChangeTracker.Clear();
        return read;
    }
}
