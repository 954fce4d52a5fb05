using Sentinel.Git;

namespace Sentinel.Worker.Checkout;

/// <summary>Which remotes git may talk to, and by which protocol.</summary>
/// <param name="allowLocal">Folders of this machine: only where an operator runs everything on it.</param>
/// <param name="gitHubUrl">The configured GitHub; plain http is accepted from no other host.</param>
/// <param name="allowedHosts">Hosts, or host:port, that may also be reached by plain http (SENTINEL_GIT_ALLOWED_HOSTS).</param>
/// <param name="development">In Development plain http on loopback is accepted too.</param>
internal sealed class RemotePolicy(bool allowLocal, Uri gitHubUrl, IReadOnlySet<string> allowedHosts, bool development)
{
    /// <summary>Reads the policy from the configuration.</summary>
    public static RemotePolicy From(IConfiguration configuration, IHostEnvironment environment) => new(
        string.Equals(configuration["SENTINEL_ALLOW_LOCAL_REPOSITORIES"], "true", StringComparison.OrdinalIgnoreCase),
        new Uri(configuration["GITHUB_URL"] is { Length: > 0 } url ? url : "https://github.com"),
        (configuration["SENTINEL_GIT_ALLOWED_HOSTS"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(StringComparer.OrdinalIgnoreCase),
        environment.IsDevelopment());

    /// <summary>The git settings for a remote.</summary>
    /// <exception cref="GitException">The remote is not allowed.</exception>
    public IReadOnlyList<(string Key, string Value)> SettingsFor(string cloneUrl)
    {
        if (!Uri.TryCreate(cloneUrl, UriKind.Absolute, out var url) || url.UserInfo.Length > 0)
            throw Refused("its address is not a URL without credentials");
        return url.Scheme switch
        {
            "https" => [],
            "http" when IsPlainAllowed(url) => [("protocol.http.allow", "always")],
            "file" when allowLocal => [("protocol.file.allow", "always")],
            "file" => throw Refused("this worker reads no local folders (set SENTINEL_ALLOW_LOCAL_REPOSITORIES=true where that is wanted)"),
            "http" => throw Refused("plain http is accepted from the configured GITHUB_URL only; use https"),
            _ => throw Refused("only https is accepted"),
        };
    }

    private bool IsPlainAllowed(Uri url) =>
        (gitHubUrl.Scheme == "http" && url.Authority == gitHubUrl.Authority) || (development && url.IsLoopback)
        || allowedHosts.Contains(url.Authority) || allowedHosts.Contains(url.Host);

    private static GitException Refused(string why) => new("not-allowed", $"The repository was not fetched: {why}.", transient: false);
}
