using Microsoft.Extensions.Configuration;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.GitHub.SignIn;

/// <summary>Sentinel as a client of GitHub's sign-in: the App's own client id and secret. A class, because a record would print the secret.</summary>
public sealed class GitHubOAuthClient(string id, string secret)
{
    /// <summary>Public.</summary>
    public string Id { get; } = id;

    internal string Secret { get; } = secret;

    /// <summary>From <c>GITHUB_CLIENT_ID</c> and <c>GITHUB_CLIENT_SECRET</c>; null when they are not set.</summary>
    internal static GitHubOAuthClient? From(IConfiguration configuration) =>
        configuration[ConfigurationKeys.GitHubClientId] is { Length: > 0 } id && configuration[ConfigurationKeys.GitHubClientSecret] is { Length: > 0 } secret
            ? new GitHubOAuthClient(id, secret)
            : null;
}
