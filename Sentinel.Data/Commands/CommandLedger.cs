using Microsoft.EntityFrameworkCore;
using Sentinel.Data.Feedback;

namespace Sentinel.Data.Commands;

/// <summary>Keeps what commands there were and what was answered. Commands of one pull request are entered and decided one at a time.</summary>
public static class CommandLedger
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    /// <summary>The command as it is known; entered when it is not. Its pull request must be known.</summary>
    public static async Task<PullRequestCommand> EnterAsync(SentinelDbContext database, CommandMessage message, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await PullRequestLock.TakeAsync(database, message.RepositoryId, message.PullRequest, cancellationToken);
        if (await Of(database, message).AsNoTracking().SingleOrDefaultAsync(cancellationToken) is { } known) return known;

        var since = now - Window;
        var entered = new PullRequestCommand
        {
            RepositoryId = message.RepositoryId,
            CommentKind = message.CommentKind,
            CommentId = message.CommentId,
            PullRequestNumber = message.PullRequest,
            AuthorId = message.AuthorId,
            At = now,
            Before = await OfAuthor(database, message).CountAsync(c => c.At > since, cancellationToken),
        };
        database.PullRequestCommands.Add(entered);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        database.ChangeTracker.Clear();
        return entered;
    }

    /// <summary>
    /// Runs <paramref name="decide"/>, unless the command was decided meanwhile, and stores its answer in the same transaction as what it
    /// did. It must not wait for anything but the database.
    /// </summary>
    public static async Task<PullRequestCommand> SettleAsync(
        SentinelDbContext database, CommandMessage message, Func<Task<CommandAnswer>> decide, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await PullRequestLock.TakeAsync(database, message.RepositoryId, message.PullRequest, cancellationToken);
        var command = await Of(database, message).SingleAsync(cancellationToken);
        if (command.Outcome is null)
        {
            var (outcome, text) = await decide();
            (command.Outcome, command.Answer) = (outcome, text is null ? null : PostgresText.Clean(text));
            await database.SaveChangesAsync(cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
        database.ChangeTracker.Clear();
        return command;
    }

    /// <summary>Whether the command was decided. One that was not entered yet was not.</summary>
    public static Task<bool> IsDecidedAsync(SentinelDbContext database, CommandMessage message, CancellationToken cancellationToken) =>
        Of(database, message).AsNoTracking().AnyAsync(c => c.Outcome != null, cancellationToken);

    /// <summary>Whether the author of a command was told at this pull request that he may not give any.</summary>
    public static Task<bool> WasRefusedAsync(SentinelDbContext database, CommandMessage message, CancellationToken cancellationToken) =>
        OfAuthor(database, message).AnyAsync(c => c.Outcome == CommandOutcome.Refused, cancellationToken);

    private static IQueryable<PullRequestCommand> Of(SentinelDbContext database, CommandMessage message) => database.PullRequestCommands.Where(
        c => c.RepositoryId == message.RepositoryId && c.CommentKind == message.CommentKind && c.CommentId == message.CommentId);

    private static IQueryable<PullRequestCommand> OfAuthor(SentinelDbContext database, CommandMessage message) => database.PullRequestCommands.AsNoTracking().Where(
        c => c.RepositoryId == message.RepositoryId && c.PullRequestNumber == message.PullRequest && c.AuthorId == message.AuthorId);
}
