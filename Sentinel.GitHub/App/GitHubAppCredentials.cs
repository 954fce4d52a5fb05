using System.Text;

namespace Sentinel.GitHub.App;

/// <summary>Who Sentinel is at GitHub. Printing it shows the App's id alone.</summary>
/// <remarks>https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app</remarks>
public sealed record GitHubAppCredentials
{
    /// <summary>The App's numeric id, which signs as <c>iss</c>.</summary>
    public required long AppId { get; init; }

    /// <summary>An RSA private key, PEM (PKCS#1 or PKCS#8). Secret.</summary>
    public required string PrivateKeyPem { get; init; }

    /// <summary>Signs the App's webhooks. Secret; null where only the API is used.</summary>
    public string? WebhookSecret { get; init; }

    /// <summary>For signing people in; null where nobody signs in.</summary>
    public string? ClientId { get; init; }

    /// <summary>Belongs to <see cref="ClientId"/>. Secret.</summary>
    public string? ClientSecret { get; init; }

    // A record prints its members; most of these are secrets.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("AppId = ").Append(AppId);
        return true;
    }
}
