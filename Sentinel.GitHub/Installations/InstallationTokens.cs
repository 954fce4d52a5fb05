using System.Collections.Concurrent;
using Sentinel.GitHub.Errors;

namespace Sentinel.GitHub.Installations;

/// <summary>
/// Keeps installations' tokens in memory until shortly before they expire. One installation asks for one token at a time, so that many
/// callers who miss the same token cost one request.
/// </summary>
/// <param name="create">Asks GitHub for one.</param>
internal sealed class InstallationTokens(Func<long, InstallationScope, CancellationToken, Task<InstallationToken>> create, TimeProvider time)
{
    /// <summary>A token is not handed out when it ends within this time: what it is for must have time to end before.</summary>
    public static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<(long Installation, string Scope), InstallationToken> _tokens = new();
    private readonly ConcurrentDictionary<long, SemaphoreSlim> _gates = new();

    /// <exception cref="GitHubException">GitHub does not hand one out: the App is not installed there any more (not found), the
    /// installation is suspended (forbidden), a repository or permission of the scope was not given (rejected).</exception>
    public async ValueTask<InstallationToken> GetAsync(long installationId, InstallationScope scope, CancellationToken cancellationToken)
    {
        var key = (installationId, scope.Key);
        if (Find(key) is { } kept) return kept;
        var gate = _gates.GetOrAdd(installationId, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (Find(key) is { } made) return made;
            var token = await create(installationId, scope, cancellationToken);
            DropExpired();
            return _tokens[key] = token;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Forgets a token that GitHub no longer accepts; one that took its place in the meantime stays.</summary>
    public void Drop(string refused)
    {
        foreach (var entry in _tokens.Where(t => t.Value.Reveal() == refused)) _tokens.TryRemove(entry);
    }

    private InstallationToken? Find((long, string) key) =>
        _tokens.TryGetValue(key, out var token) && time.GetUtcNow() < token.ExpiresAt - RenewBefore ? token : null;

    private void DropExpired()
    {
        var now = time.GetUtcNow();
        foreach (var entry in _tokens.Where(t => t.Value.ExpiresAt <= now)) _tokens.TryRemove(entry);
    }
}
