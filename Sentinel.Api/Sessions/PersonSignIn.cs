using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Security;
using Sentinel.Contracts.Sessions;
using Sentinel.Data;
using Sentinel.Data.Access;
using Sentinel.GitHub.SignIn;

namespace Sentinel.Api.Sessions;

/// <summary>Gives somebody whom GitHub has vouched for a row and a new session.</summary>
internal sealed class PersonSignIn(IDbContextFactory<SentinelDbContext> databases, PersonTokens tokens, TimeProvider time)
{
    private const int MaxName = 200;

    /// <param name="mayLead">Whether the person becomes administrator when nobody is.</param>
    public async Task<SessionCreated> SignInAsync(GitHubAccount account, UserToken token, bool mayLead, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var audit = new AuditTrail(db, time);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // One newcomer at a time: of two who come first together, one is first.
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended('people', 0))", cancellationToken);
        var now = time.GetUtcNow();
        var person = await db.People.SingleOrDefaultAsync(row => row.GitHubId == account.Id, cancellationToken)
            ?? Add(db, audit, account, now);
        // Looked at again under the lock: two may have been told that they may.
        if (mayLead && !await db.People.AnyAsync(row => row.Role == Role.Admin, cancellationToken))
        {
            person.Role = Role.Admin;
            audit.Add(account.Login, "person.made-administrator", "person", person.Id.ToString(), new { account.Login });
        }
        (person.Login, person.Name, person.AvatarUrl, person.SignedInAt) = (account.Login, Cut(account.Name), account.AvatarUrl, now);
        tokens.Store(person, token);
        // What was known may have been seen by another token.
        person.VisibilityDueAt = null;

        var text = TokenFormat.Create(TokenFormat.SessionPrefix);
        var session = new AccessToken
        {
            Kind = AccessTokenKind.Session,
            Name = "GitHub sign-in",
            Hash = TokenFormat.Hash(text),
            Owner = person.Login,
            PersonId = person.Id,
            SessionVersion = person.SessionVersion,
            Role = person.Role,
            CreatedAt = now,
            ExpiresAt = now + SessionApi.Lifetime,
        };
        db.AccessTokens.Add(session);
        audit.Add(person.Login, "session.created", "session", session.Id.ToString(), new { way = "github" });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new SessionCreated(text, person.Login, person.Role, session.ExpiresAt);
    }

    private static Person Add(SentinelDbContext db, AuditTrail audit, GitHubAccount account, DateTimeOffset now)
    {
        var person = new Person
        {
            GitHubId = account.Id,
            Login = account.Login,
            Role = Role.Viewer,
            CreatedAt = now,
            SignedInAt = now,
        };
        db.People.Add(person);
        audit.Add(account.Login, "person.added", "person", person.Id.ToString(), new { account.Login, person.Role });
        return person;
    }

    private static string? Cut(string? name) => name is null || name.Length <= MaxName ? name : name[..MaxName];
}
