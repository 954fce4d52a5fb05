using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Sentinel.Data.GitHubApps;
using Sentinel.ServiceDefaults.Encryption;

namespace Sentinel.GitHub.App;

/// <summary>Seals an App's secrets for the database and opens them again, with a key derived from <c>SENTINEL_KEY</c>.</summary>
public sealed class GitHubAppVault(IConfiguration configuration)
{
    private readonly SecretCipher? _cipher = SecretCipher.From(configuration, "sentinel GitHub App v1");

    /// <summary>Whether <c>SENTINEL_KEY</c> is set: without it no App is stored.</summary>
    public bool CanSeal => _cipher is not null;

    /// <exception cref="InvalidOperationException"><see cref="CanSeal"/> is false.</exception>
    public byte[] Seal(GitHubAppCredentials app)
    {
        if (_cipher is null) throw new InvalidOperationException("SENTINEL_KEY is not set.");
        var secrets = new Secrets { PrivateKeyPem = app.PrivateKeyPem, WebhookSecret = app.WebhookSecret, ClientSecret = app.ClientSecret };
        return _cipher.Seal(JsonSerializer.SerializeToUtf8Bytes(secrets), Binding(app.AppId));
    }

    /// <summary>The credentials of a stored App; null when they were sealed under another key or for another App, or were altered.</summary>
    public GitHubAppCredentials? Open(GitHubApp row)
    {
        if (_cipher is null) return null;
        try
        {
            var secrets = JsonSerializer.Deserialize<Secrets>(_cipher.Open(row.Secrets, Binding(row.AppId)));
            return secrets is null ? null : new GitHubAppCredentials
            {
                AppId = row.AppId,
                PrivateKeyPem = secrets.PrivateKeyPem,
                WebhookSecret = secrets.WebhookSecret,
                ClientId = row.ClientId,
                ClientSecret = secrets.ClientSecret,
            };
        }
        catch (Exception ex) when (ex is CryptographicException or JsonException)
        {
            return null;
        }
    }

    private static byte[] Binding(long appId) => Encoding.ASCII.GetBytes(appId.ToString(CultureInfo.InvariantCulture));

    // A class, because a record would print them.
    private sealed class Secrets
    {
        public required string PrivateKeyPem { get; init; }

        public string? WebhookSecret { get; init; }

        public string? ClientSecret { get; init; }
    }
}
