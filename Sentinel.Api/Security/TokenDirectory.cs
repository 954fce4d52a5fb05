using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using Sentinel.Data;
using Sentinel.Data.Access;

namespace Sentinel.Api.Security;

/// <summary>
/// Finds the owner of a token by its hash. Answers are kept for seconds: long enough to spare the database a query per
/// request, short enough that another instance obeys a revocation at once; this instance forgets it immediately.
/// </summary>
internal sealed partial class TokenDirectory(IServiceScopeFactory scopes, TimeProvider time, ILogger<TokenDirectory> logger) : IDisposable
{
    /// <summary>How long another instance may still honour a revoked token.</summary>
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

    public void Dispose() => cache.Dispose();

    private async Task<CurrentUser?> LoadAsync(byte[] hash, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<SentinelDbContext>();
        var now = time.GetUtcNow();
        var row = await db.AccessTokens.AsNoTracking()
            .SingleOrDefaultAsync(token => token.Hash == hash && token.RevokedAt == null && token.ExpiresAt > now, cancellationToken);
        if (row is null) return null;
        if (row.LastUsedAt is null || now - row.LastUsedAt > LastUsedPrecision)
        {
            var touched = await db.AccessTokens.Where(token => token.Id == row.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(token => token.LastUsedAt, now), cancellationToken);
            if (touched == 0) TokenVanished(logger, row.Id);
        }

        return new CurrentUser(row.Id, row.Owner, row.Role, row.ExpiresAt, row.Kind == AccessTokenKind.ApiToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Token {TokenId} was deleted while it was in use")]
    private static partial void TokenVanished(ILogger logger, Guid tokenId);
}
