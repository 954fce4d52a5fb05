using System.Globalization;
using Microsoft.Extensions.Configuration;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.GitHub.App;

/// <summary>
/// The App of <c>GITHUB_APP_ID</c> and <c>GITHUB_APP_PRIVATE_KEY</c>. Their <c>_FILE</c> forms, escaped line breaks and the key's own
/// form are the configuration contract's business, which has run by now.
/// </summary>
internal sealed class ConfiguredGitHubApp(IConfiguration configuration) : IGitHubAppSource
{
    public ValueTask<GitHubAppCredentials?> FindAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Read(configuration));

    /// <summary>Null when the two are not set.</summary>
    public static GitHubAppCredentials? Read(IConfiguration configuration)
    {
        if (!long.TryParse(configuration[ConfigurationKeys.GitHubAppId], NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return null;
        if (configuration[ConfigurationKeys.GitHubAppPrivateKey] is not { Length: > 0 } key) return null;
        return new GitHubAppCredentials
        {
            AppId = id,
            PrivateKeyPem = key,
            WebhookSecret = configuration[ConfigurationKeys.GitHubWebhookSecret],
            ClientId = configuration[ConfigurationKeys.GitHubClientId],
            ClientSecret = configuration[ConfigurationKeys.GitHubClientSecret],
        };
    }
}
