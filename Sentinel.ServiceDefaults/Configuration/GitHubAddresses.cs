using Microsoft.Extensions.Configuration;

namespace Sentinel.ServiceDefaults.Configuration;

/// <summary>Where GitHub is.</summary>
/// <param name="Web">What people and git use, with a slash at its end.</param>
/// <param name="Api">Base of the REST API, with a slash at its end.</param>
/// <param name="GraphQl">The GraphQL API.</param>
/// <remarks>
/// GitHub Enterprise Server: <c>https://HOST/api/v3/</c> and <c>https://HOST/api/graphql</c>
/// (https://docs.github.com/en/enterprise-server@latest/rest/using-the-rest-api/getting-started-with-the-rest-api);
/// data residency: <c>https://api.SUBDOMAIN.ghe.com/</c> (https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency/network-details-for-ghecom).
/// </remarks>
public sealed record GitHubAddresses(Uri Web, Uri Api, Uri GraphQl)
{
    /// <summary>From <c>GITHUB_API_URL</c> and <c>GITHUB_URL</c>: either is enough for GitHub Enterprise Server, none for github.com.</summary>
    public static GitHubAddresses From(IConfiguration configuration)
    {
        var web = Read(configuration, ConfigurationKeys.GitHubUrl);
        var api = Read(configuration, ConfigurationKeys.GitHubApiUrl) ?? (web is null ? new Uri("https://api.github.com/") : ApiOf(web));
        return new GitHubAddresses(web ?? WebOf(api), api, GraphQlOf(api));
    }

    /// <summary>Whether webhooks can arrive: GitHub on the Internet reaches no private network, a server of one's own may.</summary>
    /// <param name="webhook">Where they are sent.</param>
    public bool CanReach(Uri webhook) => IsOwnServer ? Web.IsLoopback || !webhook.IsLoopback : !OwnNetwork.Holds(webhook.Host);

    private bool IsOwnServer => Web.Host != "github.com" && !Web.Host.EndsWith(".ghe.com", StringComparison.OrdinalIgnoreCase);

    private static Uri? Read(IConfiguration configuration, string key) =>
        configuration[key]?.Trim() is { Length: > 0 } text ? new Uri(text.EndsWith('/') ? text : text + "/") : null;

    private static Uri ApiOf(Uri web) => web.Host switch
    {
        "github.com" => new Uri("https://api.github.com/"),
        var host when host.EndsWith(".ghe.com", StringComparison.OrdinalIgnoreCase) => new Uri($"https://api.{host}/"),
        _ => new Uri(web, "api/v3/"),
    };

    private static Uri WebOf(Uri api) =>
        api.Host.StartsWith("api.", StringComparison.OrdinalIgnoreCase) && api.AbsolutePath == "/"
            ? new Uri($"{api.Scheme}://{api.Authority[4..]}/")
            : new Uri(api, "/");

    private static Uri GraphQlOf(Uri api) => api.AbsolutePath.EndsWith("/v3/", StringComparison.Ordinal) ? new Uri(api, "../graphql") : new Uri(api, "graphql");
}
