using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using Sentinel.Data;
using Sentinel.Data.Access;

namespace Sentinel.Api.Security;

/// <summary>
/// Finds the owner of a token by its hash. Answers are kept for seconds: long enough to spare the database a query per
/// request, short enough that another instance obeys a revocation, a changed role or signing out everywhere at once; this
/// instance forgets immediately.
/// </summary>
internal sealed partial class TokenDirectory(IDbContextFactory<SentinelDbContext> databases, TimeProvider time, ILogger<TokenDirectory> logger) : IDisposable
{
    /// <summary>How long another instance may still honour a revoked token, a session that is over or a role that was taken.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LastUsedPrecision = TimeSpan.FromMinutes(1);

    private readonly MemoryCache cache = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    public async ValueTask<CurrentUser?> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (!TokenFormat.IsWellFormed(token)) return null;
        var hash = TokenFormat.Hash(token);
        var key = Convert.ToHexString(hash);
        if (!cache.TryGetValue(key, out CurrentUser? user))
        {
            user = await LoadAsync(hash, cancellationToken);
            cache.Set(key, user, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = MaxAge });
        }

        return user is not null && user.ExpiresAt > time.GetUtcNow() ? user : null;
    }

    /// <summary>Forgets what was learnt, after a token was revoked or a session ended.</summary>
    public void Forget(byte[] hash) => cache.Remove(Convert.ToHexString(hash));

    /// <summary>Forgets everybody, after something about a person changed: whose tokens are whose is in the database alone.</summary>
    public void ForgetAll() => cache.Clear();

    public void Dispose() => cache.Dispose();

    private async Task<CurrentUser?> LoadAsync(byte[] hash, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        var row = await (
            from token in db.AccessTokens.AsNoTracking()
            where token.Hash == hash && token.RevokedAt == null && token.ExpiresAt > now
            join person in db.People on token.PersonId equals (Guid?)person.Id into people
            from person in people.DefaultIfEmpty()
            select new { Token = token, Person = person }).SingleOrDefaultAsync(cancellationToken);
        if (row is null || IsOver(row.Token, row.Person)) return null;
        if (row.Token.LastUsedAt is null || now - row.Token.LastUsedAt > LastUsedPrecision)
        {
            var touched = await db.AccessTokens.Where(token => token.Id == row.Token.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(token => token.LastUsedAt, now), cancellationToken);
            if (touched == 0) TokenVanished(logger, row.Token.Id);
        }

        return UserOf(row.Token, row.Person);
    }

    private static bool IsOver(AccessToken token, Person? person) =>
        token.Kind == AccessTokenKind.Session && person is not null && token.SessionVersion != person.SessionVersion;

    private static CurrentUser UserOf(AccessToken token, Person? person)
    {
        var isApiToken = token.Kind == AccessTokenKind.ApiToken;
        if (person is null) return new CurrentUser(token.Id, token.Owner, token.Role, token.ExpiresAt, isApiToken);
        // A session follows its person's role up and down; a token keeps its own limit as well.
        var role = isApiToken && token.Role < person.Role ? token.Role : person.Role;
        return new CurrentUser(token.Id, person.Login, role, token.ExpiresAt, isApiToken, person.Role, person.Id);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Token {TokenId} was deleted while it was in use")]
    private static partial void TokenVanished(ILogger logger, Guid tokenId);
}
