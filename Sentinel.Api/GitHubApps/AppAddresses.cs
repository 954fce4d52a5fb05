using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.Api.GitHubApps;

/// <summary>Pages of an App at GitHub.</summary>
internal static class AppAddresses
{
    /// <summary>Where the form of a manifest is posted to.</summary>
    public static Uri New(GitHubAddresses gitHub, string? organization, string state) =>
        new(gitHub.Web, $"{SettingsOf(string.IsNullOrEmpty(organization) ? null : organization)}/new?state={Uri.EscapeDataString(state)}");

    public static Uri Settings(GitHubAddresses gitHub, string slug, string owner, bool ownedByOrganization) =>
        new(gitHub.Web, $"{SettingsOf(ownedByOrganization ? owner : null)}/{Uri.EscapeDataString(slug)}");

    /// <summary>Where it is installed on repositories.</summary>
    /// <param name="htmlUrl">GitHub's address of its public page. Another host's is not believed: people are sent there.</param>
    public static Uri Install(GitHubAddresses gitHub, string slug, string? htmlUrl)
    {
        var page = Uri.TryCreate(htmlUrl, UriKind.Absolute, out var url) && url.Scheme == gitHub.Web.Scheme && url.Authority == gitHub.Web.Authority
            ? url.GetLeftPart(UriPartial.Path).TrimEnd('/')
            : new Uri(gitHub.Web, $"apps/{Uri.EscapeDataString(slug)}").AbsoluteUri;
        return new Uri($"{page}/installations/new");
    }

    private static string SettingsOf(string? organization) => organization is null ? "settings/apps" : $"organizations/{Uri.EscapeDataString(organization)}/settings/apps";
}
