using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using Sentinel.ServiceDefaults.Configuration;
using Sentinel.ServiceDefaults.Encryption;

namespace Sentinel.Api.Security.Keys;

/// <summary>
/// Keys for what the API hands out sealed or stores encrypted: sign-ins under way and people's GitHub tokens. They are encrypted under
/// <c>SENTINEL_KEY</c>, or under <c>GITHUB_CLIENT_SECRET</c> where that is all there is. With neither nobody can sign in with GitHub:
/// nothing is sealed, and no key is kept.
/// </summary>
internal static class KeyRingFeature
{
    // Must never change: stored rings could not be opened any more.
    private const string Purpose = "sentinel data protection key ring v1";

    public static IServiceCollection AddKeyRing(this IServiceCollection services, IConfiguration configuration)
    {
        if (EncryptionOf(configuration) is not { } encryption) return services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
        services.AddDataProtection().SetApplicationName("sentinel-api");
        services.AddSingleton<KeyRing>().AddSingleton(encryption);
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(options =>
            (options.XmlRepository, options.XmlEncryptor) = (provider.GetRequiredService<KeyRing>(), provider.GetRequiredService<KeyRingEncryption>())));
        return services;
    }

    private static KeyRingEncryption? EncryptionOf(IConfiguration configuration)
    {
        var own = SecretCipher.From(configuration, Purpose);
        // A ring from before SENTINEL_KEY was set goes on being read.
        var client = configuration[ConfigurationKeys.GitHubClientSecret] is { Length: > 0 } secret ? SecretCipher.Derive(secret, Purpose) : null;
        return (own ?? client) is { } cipher ? new KeyRingEncryption(cipher, client) : null;
    }
}
