using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using Sentinel.GitHub.SignIn;

namespace Sentinel.Api.Security.Keys;

/// <summary>
/// Keys for what the API hands out sealed or stores encrypted: sign-ins under way and people's GitHub tokens. Both exist only where GitHub
/// sign-in is set up; without it nothing is sealed, and no key is kept.
/// </summary>
internal static class KeyRingFeature
{
    public static IServiceCollection AddKeyRing(this IServiceCollection services, IConfiguration configuration)
    {
        if (GitHubOAuthClient.From(configuration) is not { } client) return services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
        services.AddDataProtection().SetApplicationName("sentinel-api");
        services.AddSingleton<KeyRing>().AddSingleton(KeyRingEncryption.From(client));
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(options =>
            (options.XmlRepository, options.XmlEncryptor) = (provider.GetRequiredService<KeyRing>(), provider.GetRequiredService<KeyRingEncryption>())));
        return services;
    }
}
