using Microsoft.Extensions.Configuration;
using Sentinel.GitHub.App;

namespace Sentinel.GitHub.SignIn;

/// <summary>Which client people sign in through: the one of the configuration, or else the App's own.</summary>
public sealed class GitHubOAuthClients(IConfiguration configuration, IGitHubAppSource apps)
{
    private readonly GitHubOAuthClient? _configured = GitHubOAuthClient.From(configuration);

    /// <summary>Null when there is none, and nobody can sign in with GitHub.</summary>
    public async ValueTask<GitHubOAuthClient?> FindAsync(CancellationToken cancellationToken) =>
        _configured ?? (await apps.FindAsync(cancellationToken) is { ClientId: { Length: > 0 } id, ClientSecret: { Length: > 0 } secret } ? new GitHubOAuthClient(id, secret) : null);
}
