using System.Text;

namespace Sentinel.Contracts.GitHubApps;

/// <summary>Where the GitHub App comes from.</summary>
public enum GitHubAppSource { None, Configuration, Dashboard }

/// <summary>What there is of a GitHub App; never a secret of it.</summary>
/// <param name="AppId">GitHub's numeric id; null when there is no App.</param>
/// <param name="Slug">Its name in addresses; null when there is no App, or when GitHub did not say.</param>
/// <param name="Owner">Login of the person or organisation that it belongs to; null as <paramref name="Slug"/>.</param>
/// <param name="SettingsUrl">Its settings at GitHub; null as <paramref name="Slug"/>.</param>
/// <param name="InstallUrl">Where it is installed on repositories; null as <paramref name="Slug"/>.</param>
/// <param name="CreatedAt">Null unless it was made from the dashboard.</param>
/// <param name="CreatedBy">Login of the administrator; null unless it was made from the dashboard.</param>
/// <param name="Fault">Why the App does not work, with the remedy; null when nothing is known to be wrong.</param>
/// <param name="Obstacle">Why none can be made from the dashboard, with the remedy; null when one can be made or there is one.</param>
/// <param name="GitHubUrl">The GitHub that this installation belongs to, with a slash at its end.</param>
public sealed record GitHubAppStatus(
    GitHubAppSource Source, long? AppId, string? Slug, string? Name, string? Owner, string? SettingsUrl, string? InstallUrl,
    DateTimeOffset? CreatedAt, string? CreatedBy, string? Fault, string? Obstacle, string GitHubUrl)
{
    /// <summary>Where it is installed, by account; null when Sentinel knows of no repository that it is installed on.</summary>
    public IReadOnlyList<InstalledAccount>? Installed { get; init; }
}

/// <summary>An account whose repositories the App is installed on.</summary>
/// <param name="Account">Login of the person or organisation.</param>
/// <param name="Repositories">How many of them Sentinel watches.</param>
/// <param name="Waiting">How many of those were not scanned to an end yet; archived ones are not counted.</param>
public sealed record InstalledAccount(string Account, int Repositories, int Waiting);

/// <summary>Body of <c>POST /api/v1/github/app/manifest</c>.</summary>
/// <param name="Organization">Login of the organisation that the App shall belong to; null or empty for whoever confirms at GitHub.</param>
/// <param name="Name">Of the App, unique at GitHub; 1 to 34 characters.</param>
/// <param name="DashboardUrl">The dashboard's address without a path.</param>
/// <param name="WebhookUrl">Where GitHub sends webhooks: https, but for a loopback address.</param>
/// <param name="WebhookActive">Whether it sends any. Must be false for an address that GitHub cannot reach; default true.</param>
public sealed record GitHubAppManifestRequest(string? Organization, string Name, string DashboardUrl, string WebhookUrl, bool WebhookActive = true);

/// <summary>A form that makes the App: whoever posts <paramref name="Manifest"/> to <paramref name="Action"/> is asked by GitHub to confirm.</summary>
/// <param name="Action">The form's address at GitHub; holds the state.</param>
/// <param name="Manifest">JSON, the form's field <c>manifest</c>. Holds no secret.</param>
/// <param name="State">Comes back with the code; good once, for an hour, for whoever asked.</param>
public sealed record GitHubAppManifest(string Action, string Manifest, string State)
{
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Manifest = ").Append(Manifest);
        return true;
    }
}

/// <summary>Body of <c>POST /api/v1/github/app/complete</c>: what GitHub sent the browser back with.</summary>
/// <param name="Code">Good once, for an hour.</param>
public sealed record GitHubAppCompletion(string? Code, string? State)
{
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(Code is null ? "without a code" : "***");
        return true;
    }
}

/// <summary>The App was forgotten here. It still is at GitHub.</summary>
/// <param name="SettingsUrl">Where its owner deletes it there.</param>
public sealed record GitHubAppForgotten(string SettingsUrl);
