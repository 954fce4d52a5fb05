using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Sentinel.GitHub.App;
using Sentinel.GitHub.Checkout;
using Sentinel.GitHub.Http;
using Sentinel.GitHub.SignIn;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.GitHub;

/// <summary>GitHub as a service of the host.</summary>
public static class GitHubFeature
{
    /// <summary>The App may also be one that was made from the dashboard and lies in the database. Call it before <see cref="AddGitHub"/>.</summary>
    public static IServiceCollection AddStoredGitHubApp(this IServiceCollection services) => services
        .AddSingleton<GitHubAppVault>()
        .AddSingleton<StoredGitHubApp>()
        .AddSingleton<IGitHubAppSource>(provider => provider.GetRequiredService<StoredGitHubApp>());

    /// <summary>
    /// Adds <see cref="GitHubClients"/>, <see cref="GitHubOAuth"/> and <see cref="GitCredentials"/>. An <see cref="IGitHubAppSource"/> that was registered before is
    /// asked for the App; without one it is the configuration's.
    /// </summary>
    public static IServiceCollection AddGitHub(this IServiceCollection services)
    {
        services.AddOptions<GitHubOptions>().BindConfiguration(GitHubOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IGitHubAppSource, ConfiguredGitHubApp>();
        services.TryAddSingleton<GitHubOAuthClients>();
        services.TryAddSingleton(provider => GitHubAddresses.From(provider.GetRequiredService<IConfiguration>()));
        services.TryAddSingleton<AppTokens>();
        services.TryAddSingleton<CallerStates>();
        services.TryAddSingleton(provider => new EntityTagCache(provider.GetRequiredService<IOptions<GitHubOptions>>().Value.MaxCachedBytes));
        services.TryAddSingleton<GitHubTransport>();
        services.TryAddSingleton(provider => new GitHubClients(
            provider.GetRequiredService<GitHubTransport>(), provider.GetRequiredService<IGitHubAppSource>(), provider.GetRequiredService<AppTokens>()));
        services.TryAddSingleton(provider => new GitHubOAuth(provider.GetRequiredService<GitHubTransport>()));
        services.TryAddSingleton<GitCredentials>();
        services.TryAddTransient<BufferingHandler>();

#pragma warning disable EXTEXP0001 // Taking a default handler off one client is still marked experimental.
        var client = services.AddHttpClient(GitHubResilience.Client)
            // Redirects are followed where the credential is known, and cookies have no place here.
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(15) })
            .RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        // The factory's own lines would show a manifest's one-time code, which is part of its path.
        client.RemoveAllLoggers();
        client.AddResilienceHandler(GitHubResilience.Client, GitHubResilience.Build);
        client.AddHttpMessageHandler<BufferingHandler>();
        return services;
    }
}
