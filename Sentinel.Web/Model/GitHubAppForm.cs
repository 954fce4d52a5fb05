using Sentinel.Contracts;
using Sentinel.Contracts.GitHubApps;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.Web.Model;

/// <summary>What an administrator says before the GitHub App is made.</summary>
public sealed class GitHubAppForm
{
    // GitHub's longest name of an App.
    public const int MaxName = 34;

    public string? Organization { get; set; }

    public string Name { get; set; } = "";

    public string DashboardUrl { get; set; } = "";

    public string WebhookUrl { get; set; } = "";

    /// <summary>Whether the App is made without webhooks where GitHub cannot reach <see cref="WebhookUrl"/>.</summary>
    public bool WithoutWebhooks { get; set; }

    /// <summary>The form as it is most likely right.</summary>
    /// <param name="dashboard">The address in the browser.</param>
    /// <param name="api">The API as the dashboard reaches it; null when it is not known. Of use on one machine alone: elsewhere both are behind one entrance.</param>
    public static GitHubAppForm For(Uri dashboard, Uri? api)
    {
        var name = $"Sentinel ({dashboard.Host})";
        var entrance = dashboard.IsLoopback && api is { IsLoopback: true } ? api : dashboard;
        return new GitHubAppForm
        {
            Name = name.Length <= MaxName ? name : $"{name[..(MaxName - 1)]})",
            DashboardUrl = dashboard.GetLeftPart(UriPartial.Authority),
            WebhookUrl = new Uri(entrance, ApiRoutes.GitHubWebhooks).AbsoluteUri,
        };
    }

    /// <summary>Whether GitHub can reach the webhook's address; true also for what is no address, which the API has words for.</summary>
    public bool IsReachable(GitHubAddresses gitHub) => !Uri.TryCreate(WebhookUrl, UriKind.Absolute, out var url) || gitHub.CanReach(url);

    public GitHubAppManifestRequest ToRequest(GitHubAddresses gitHub) => new(
        string.IsNullOrWhiteSpace(Organization) ? null : Organization.Trim(), Name.Trim(), DashboardUrl.Trim(), WebhookUrl.Trim(),
        WebhookActive: IsReachable(gitHub) || !WithoutWebhooks);
}
