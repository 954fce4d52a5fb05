using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.Api;

/// <summary>The web address of the GitHub that this installation belongs to.</summary>
internal static class GitHubAddress
{
    public static Uri From(IConfiguration configuration) => new(configuration[ConfigurationKeys.GitHubUrl] ?? "https://github.com");
}
