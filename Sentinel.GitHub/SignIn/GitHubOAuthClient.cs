using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.GitHub.SignIn;

/// <summary>Sentinel as a client of GitHub's sign-in: the App's own client id and secret. A class, because a record would print the secret.</summary>
public sealed class GitHubOAuthClient(string id, string secret)
{
    /// <summary>Public.</summary>
    public string Id { get; } = id;

    internal string Secret { get; } = secret;

    /// <summary>A key of its own for another purpose: HKDF-SHA-256 of the secret, from which the secret cannot be told.</summary>
    /// <param name="purpose">Different purposes give unrelated keys.</param>
    /// <param name="bytes">Length of the key, 1 to 8,160.</param>
    public byte[] DeriveKey(string purpose, int bytes) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(Secret), bytes, salt: null, Encoding.UTF8.GetBytes(purpose));

    /// <summary>From <c>GITHUB_CLIENT_ID</c> and <c>GITHUB_CLIENT_SECRET</c>; null when they are not set, and nobody can sign in with GitHub.</summary>
    public static GitHubOAuthClient? From(IConfiguration configuration) =>
        configuration[ConfigurationKeys.GitHubClientId] is { Length: > 0 } id && configuration[ConfigurationKeys.GitHubClientSecret] is { Length: > 0 } secret
            ? new GitHubOAuthClient(id, secret)
            : null;
}
