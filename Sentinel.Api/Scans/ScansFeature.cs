namespace Sentinel.Api.Scans;

/// <summary>Asking for scans by address.</summary>
internal static class ScansFeature
{
    private const string AllowedHosts = "SENTINEL_GIT_ALLOWED_HOSTS";

    public static IServiceCollection AddScans(this IServiceCollection services)
    {
        services.AddSingleton<ScanDispatch>();
        services.AddSingleton(provider =>
        {
            var configuration = provider.GetRequiredService<IConfiguration>();
            var hosts = (configuration[AllowedHosts] ?? "").Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return new CloneUrlPolicy(GitHubAddress.From(configuration), hosts, provider.GetRequiredService<IHostEnvironment>().IsDevelopment());
        });
        return services;
    }
}
