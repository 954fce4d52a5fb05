using System.Text;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.Api.Webhooks;

/// <summary>The secret that GitHub signs with. While it is empty every delivery is refused.</summary>
internal sealed class WebhookSecret(IConfiguration configuration)
{
    private byte[] bytes = Encoding.UTF8.GetBytes(configuration[ConfigurationKeys.GitHubWebhookSecret] ?? "");

    public ReadOnlySpan<byte> Bytes => bytes;

    public bool IsEmpty => bytes.Length == 0;

    public void Use(string secret) => bytes = Encoding.UTF8.GetBytes(secret);

    public override string ToString() => IsEmpty ? "(none)" : "***";
}
