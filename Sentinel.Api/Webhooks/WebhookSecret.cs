using System.Text;
using Sentinel.GitHub.App;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.Api.Webhooks;

/// <summary>
/// The secrets that GitHub signs with: the one of the configuration, and that of an App which was made from the dashboard. While there is
/// neither every delivery is refused.
/// </summary>
internal sealed class WebhookSecret(IConfiguration configuration, StoredGitHubApp app)
{
    private byte[] bytes = Encoding.UTF8.GetBytes(configuration[ConfigurationKeys.GitHubWebhookSecret] ?? "");

    /// <summary>Whether there is none but possibly an App's.</summary>
    public bool IsEmpty => bytes.Length == 0;

    public void Use(string secret) => bytes = Encoding.UTF8.GetBytes(secret);

    /// <summary>Whether a body was signed with one of them; each is compared in constant time.</summary>
    public async ValueTask<bool> HasSignedAsync(ReadOnlyMemory<byte> body, string signature, CancellationToken cancellationToken) =>
        WebhookSignature.IsValid(body.Span, signature, bytes)
        || (await app.FindAsync(cancellationToken) is { WebhookSecret: { } secret } && WebhookSignature.IsValid(body.Span, signature, Encoding.UTF8.GetBytes(secret)));

    public override string ToString() => IsEmpty ? "(none)" : "***";
}
