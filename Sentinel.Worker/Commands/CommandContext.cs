using Sentinel.Data;
using Sentinel.Data.Commands;
using Sentinel.Data.Feedback;
using Sentinel.Worker.Feedback;

namespace Sentinel.Worker.Commands;

/// <summary>A command while it is carried out.</summary>
/// <param name="Entry">As the ledger has it, not decided yet.</param>
internal sealed record CommandContext(SentinelDbContext Database, GitHubPlace Place, CommandMessage Message, PullRequest Pull, PullRequestCommand Entry)
{
    /// <summary>Stores an answer that changes nothing else.</summary>
    public Task<PullRequestCommand> SettleAsync(CommandOutcome outcome, string? text, CancellationToken cancellationToken) =>
        SettleAsync(() => Task.FromResult(new CommandAnswer(outcome, text)), cancellationToken);

    /// <inheritdoc cref="CommandLedger.SettleAsync"/>
    public Task<PullRequestCommand> SettleAsync(Func<Task<CommandAnswer>> decide, CancellationToken cancellationToken) =>
        CommandLedger.SettleAsync(Database, Message, decide, cancellationToken);
}
