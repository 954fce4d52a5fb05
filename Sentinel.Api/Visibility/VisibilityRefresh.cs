using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Sentinel.Api.Audit;
using Sentinel.Api.Security;
using Sentinel.Api.Sessions;
using Sentinel.Data;
using Sentinel.Data.Access;
using Sentinel.GitHub;
using Sentinel.GitHub.Errors;
using Sentinel.GitHub.SignIn;

namespace Sentinel.Api.Visibility;

/// <summary>
/// Asks GitHub, as a person, what the person may see, and whether they still belong to an allowed organisation. Whoever GitHub no longer
/// vouches for is signed out everywhere.
/// </summary>
internal sealed partial class VisibilityRefresh(
    IDbContextFactory<SentinelDbContext> databases, GitHubClients gitHub, GitHubOAuth oauth, OrganizationRule organizations, PersonTokens tokens,
    TokenDirectory directory, GitHubOAuthClients clients, IOptions<VisibilityOptions> options, TimeProvider time, ILogger<VisibilityRefresh> logger)
{
    private const string Actor = "sentinel";

    // GitHub is not asked at every request while it is down.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    // A token must not end between two pages of a list.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    public async Task RunAsync(Guid personId, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Value.Patience);
        try
        {
            switch (await TokenAsync(personId, patience.Token))
            {
                case Answer.Token token:
                    await ReadAsync(personId, token, started, patience.Token);
                    break;
                case Answer.Over over:
                    await EndAsync(personId, over.As, "person.github-refused", cancellationToken);
                    break;
            }
        }
        catch (GitHubException ex)
        {
            LogUnread(personId, ex);
            await PostponeAsync(personId, started, cancellationToken);
        }
        catch (OperationCanceledException ex) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnread(personId, ex);
            await PostponeAsync(personId, started, cancellationToken);
        }
    }

    private async Task ReadAsync(Guid personId, Answer.Token token, DateTimeOffset started, CancellationToken cancellationToken)
    {
        var asPerson = gitHub.ForUser(token.Value);
        try
        {
            if (!await organizations.AllowsAsync(asPerson, cancellationToken))
            {
                await EndAsync(personId, token.As, "person.left-organisations", cancellationToken);
                return;
            }

            await StoreAsync(personId, token.As, await ListAsync(asPerson, cancellationToken), started, cancellationToken);
        }
        catch (GitHubUnauthorizedException)
        {
            await EndAsync(personId, token.As, "person.github-refused", cancellationToken);
        }
    }

    /// <remarks>https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-user-access-token</remarks>
    private static async Task<long[]> ListAsync(GitHubConnection asPerson, CancellationToken cancellationToken)
    {
        var found = new HashSet<long>();
        await foreach (var installation in asPerson.ListAsync<Numbered>("user/installations", "installations", cancellationToken))
        {
            await foreach (var repository in asPerson.ListAsync<Numbered>($"user/installations/{installation.Id}/repositories", "repositories", cancellationToken))
                found.Add(repository.Id);
        }

        return [.. found];
    }

    // The row is locked while a token is exchanged: a refresh token is good once, and two replicas may want it at the same moment.
    private async Task<Answer> TokenAsync(Guid personId, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(db, personId, cancellationToken) is not { GitHubToken: not null } person) return new Answer.None();
        if (await clients.FindAsync(cancellationToken) is not { } client || tokens.Reveal(person) is not { } token) return new Answer.Over(Stamp.Of(person));
        if (token.ExpiresAt is null || token.ExpiresAt > time.GetUtcNow() + Margin) return new Answer.Token(token.AccessToken, Stamp.Of(person));
        if (token.RefreshToken is null || await oauth.RefreshAsync(client, token.RefreshToken, cancellationToken) is not GitHubGrant.Given given)
            return new Answer.Over(Stamp.Of(person));
        tokens.Store(person, given.Token);
        await db.SaveChangesAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        return new Answer.Token(given.Token.AccessToken, Stamp.Of(person));
    }

    private async Task StoreAsync(Guid personId, Stamp stamp, long[] repositories, DateTimeOffset started, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(db, personId, cancellationToken) is not { } person || Stamp.Of(person) != stamp) return;
        await db.Database.ExecuteSqlAsync(
            $"delete from person_repositories where person_id = {personId} and not (git_hub_id = any({repositories}))", cancellationToken);
        await db.Database.ExecuteSqlAsync(
            $"insert into person_repositories (person_id, git_hub_id) select {personId}, unnest({repositories}) on conflict do nothing", cancellationToken);
        person.VisibilityReadAt = started;
        // A webhook that came while GitHub was being asked wants another look.
        if (!(person.VisibilityDueAt > started)) person.VisibilityDueAt = time.GetUtcNow() + options.Value.MaxAge;
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task PostponeAsync(Guid personId, DateTimeOffset started, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var next = time.GetUtcNow() + Pause;
        await db.People.Where(person => person.Id == personId && !(person.VisibilityDueAt > started))
            .ExecuteUpdateAsync(set => set.SetProperty(person => person.VisibilityDueAt, next), cancellationToken);
    }

    private async Task EndAsync(Guid personId, Stamp stamp, string action, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(db, personId, cancellationToken) is not { } person || Stamp.Of(person) != stamp) return;
        person.SignOutEverywhere();
        new AuditTrail(db, time).Add(Actor, action, "person", personId.ToString(), new { person.Login });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        directory.ForgetAll();
    }

    private static Task<Person?> LockAsync(SentinelDbContext db, Guid id, CancellationToken cancellationToken) =>
        db.People.FromSql($"select * from people where id = {id} for update").SingleOrDefaultAsync(cancellationToken);

    private sealed record Numbered(long Id);

    // What GitHub says of a token that was replaced meanwhile, by a new sign-in or by signing out, is about nobody any more.
    private readonly record struct Stamp(int SessionVersion, DateTimeOffset SignedInAt)
    {
        public static Stamp Of(Person person) => new(person.SessionVersion, person.SignedInAt);
    }

    private abstract class Answer
    {
        private Answer()
        {
        }

        /// <summary>Nobody can be asked: the person signed out everywhere and has not come back.</summary>
        public sealed class None : Answer;

        /// <summary>GitHub, or a changed client secret, has made the stored token worthless.</summary>
        public sealed class Over(Stamp stamp) : Answer
        {
            public Stamp As { get; } = stamp;
        }

        public sealed class Token(string value, Stamp stamp) : Answer
        {
            public string Value { get; } = value;

            public Stamp As { get; } = stamp;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "GitHub did not say what person {PersonId} may see; the last answer is used while it is not too old")]
    private partial void LogUnread(Guid personId, Exception exception);
}
