using System.Security.Cryptography;
using System.Text;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>The credentials that the fake has handed out.</summary>
internal sealed class FakeTokens(FakeGitHubServer server)
{
    /// <summary>How long installations' tokens live.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly Dictionary<string, FakeInstallationToken> _installations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (FakeAccount User, DateTimeOffset? ExpiresAt)> _users = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Every secret that was handed out, for asserting where none may be.</summary>
    public IReadOnlyList<string> All
    {
        get
        {
            lock (_lock) return [.. _installations.Keys, .. _users.Keys];
        }
    }

    /// <summary>A person's token, as signing in gives it.</summary>
    /// <param name="expiry">Null for a token that does not end.</param>
    public string Issue(FakeAccount user, TimeSpan? expiry = null)
    {
        var token = $"{(expiry is null ? "gho" : "ghu")}_{Random()}";
        lock (_lock) _users[token] = (user, server.Clock.GetUtcNow() + expiry);
        return token;
    }

    /// <summary>The person takes back what was granted: every token of theirs is worthless.</summary>
    public void RevokeAll(FakeAccount user)
    {
        lock (_lock)
        {
            foreach (var token in _users.Where(t => t.Value.User == user).Select(t => t.Key).ToArray()) _users.Remove(token);
        }
    }

    public FakeInstallationToken Issue(FakeInstallation installation, IReadOnlyDictionary<string, string> permissions, IReadOnlySet<long>? repositories)
    {
        var token = new FakeInstallationToken($"ghs_{Random()}", installation, permissions, repositories, server.Clock.GetUtcNow() + Lifetime);
        lock (_lock) _installations[token.Value] = token;
        return token;
    }

    /// <summary>Makes every token of an installation worthless.</summary>
    public void RevokeAll(FakeInstallation installation)
    {
        lock (_lock)
        {
            foreach (var token in _installations.Values.Where(t => t.Installation == installation).ToArray()) _installations.Remove(token.Value);
        }
    }

    internal void Revoke(string authorization)
    {
        lock (_lock)
        {
            if (_installations.TryGetValue(Secret(authorization), out var token)) RevokeAll(token.Installation);
            _users.Remove(Secret(authorization));
        }
    }

    /// <summary>Who a header speaks for, and GitHub's words when it does not accept it.</summary>
    internal (FakeCaller Caller, string? Refusal) Identify(string authorization)
    {
        if (authorization.Length == 0) return (FakeCaller.Anonymous, null);
        var secret = Secret(authorization);
        lock (_lock)
        {
            if (_users.TryGetValue(secret, out var known))
                return known.ExpiresAt <= server.Clock.GetUtcNow() ? (FakeCaller.Anonymous, "Bad credentials") : (new FakeCaller($"user {known.User.Login}", User: known.User), null);
            if (_installations.TryGetValue(secret, out var token))
            {
                var caller = new FakeCaller($"installation {token.Installation.Id}", Token: token);
                return (caller, token.ExpiresAt > server.Clock.GetUtcNow() && token.Installation.SuspendedAt is null ? null : "Bad credentials");
            }
        }
        if (secret.Count(c => c == '.') != 2) return (FakeCaller.Anonymous, "Bad credentials");
        return server.App.Refuse(secret, server.Clock.GetUtcNow()) is { } refusal ? (FakeCaller.Anonymous, refusal) : (new FakeCaller("app", IsApp: true), null);
    }

    // "Bearer x", "token x", or git's "Basic base64(x-access-token:x)".
    private static string Secret(string authorization)
    {
        var parts = authorization.Split(' ', 2);
        if (parts.Length != 2 || !parts[0].Equals("Basic", StringComparison.OrdinalIgnoreCase)) return parts[^1];
        try
        {
            return Encoding.ASCII.GetString(Convert.FromBase64String(parts[1])).Split(':', 2)[^1];
        }
        catch (FormatException)
        {
            return "";
        }
    }

    private static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(18));
}
