using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Sentinel.GitHub.App;
using Sentinel.GitHub.Installations;

namespace Sentinel.GitHub.Http;

/// <summary>As whom a request is made.</summary>
/// <param name="limitKey">Callers with the same key share GitHub's rate limits.</param>
/// <param name="cacheKey">Callers with the same key are shown the same answers.</param>
/// <param name="name">For traces; not secret.</param>
internal abstract class GitHubCaller(string limitKey, string cacheKey, string name)
{
    public string LimitKey { get; } = limitKey;

    public string CacheKey { get; } = cacheKey;

    public override string ToString() => name;

    /// <summary>The credential; null for a stranger.</summary>
    public abstract ValueTask<AuthenticationHeaderValue?> AuthorizeAsync(CancellationToken cancellationToken);

    /// <summary>Called when GitHub does not accept the credential.</summary>
    /// <returns>Whether another one is worth a try.</returns>
    public virtual bool Refused(AuthenticationHeaderValue credential, HttpResponseMessage answer) => false;

    /// <summary>The App itself.</summary>
    public sealed class App(AppTokens tokens) : GitHubCaller("app", "app", "app")
    {
        public override async ValueTask<AuthenticationHeaderValue?> AuthorizeAsync(CancellationToken cancellationToken) =>
            new("Bearer", await tokens.GetAsync(cancellationToken));

        public override bool Refused(AuthenticationHeaderValue credential, HttpResponseMessage answer) => tokens.LearnFrom(answer.Headers.Date);
    }

    /// <summary>The App where it is installed.</summary>
    public sealed class Installation(long id, InstallationScope scope, InstallationTokens tokens)
        : GitHubCaller($"installation/{id}", $"installation/{id}/{scope.Key}", $"installation {id}")
    {
        public override async ValueTask<AuthenticationHeaderValue?> AuthorizeAsync(CancellationToken cancellationToken) =>
            new("Bearer", (await tokens.GetAsync(id, scope, cancellationToken)).Reveal());

        public override bool Refused(AuthenticationHeaderValue credential, HttpResponseMessage answer)
        {
            tokens.Drop(credential.Parameter!);
            return true;
        }
    }

    /// <summary>A person who signed in.</summary>
    public sealed class User(string accessToken) : GitHubCaller($"user/{Hash(accessToken)}", $"user/{Hash(accessToken)}", "user")
    {
        public override ValueTask<AuthenticationHeaderValue?> AuthorizeAsync(CancellationToken cancellationToken) => new(new AuthenticationHeaderValue("Bearer", accessToken));

        // Keys are kept longer than tokens should be.
        private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
    }

    /// <summary>Nobody in particular.</summary>
    public sealed class Anonymous() : GitHubCaller("anonymous", "anonymous", "anonymous")
    {
        public override ValueTask<AuthenticationHeaderValue?> AuthorizeAsync(CancellationToken cancellationToken) => new((AuthenticationHeaderValue?)null);
    }
}
