using System.Text.RegularExpressions;
using Sentinel.Contracts.GitHubApps;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.Api.GitHubApps;

/// <summary>What of the form for a new App is wrong.</summary>
internal static partial class AppRequestRules
{
    private const int MaxUrl = 500;

    /// <summary>All faults by field, in words for whoever filled the form in; empty when there are none.</summary>
    public static Dictionary<string, string[]> Faults(GitHubAppManifestRequest request, GitHubAddresses gitHub)
    {
        var faults = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (!string.IsNullOrEmpty(request.Organization) && !Login().IsMatch(request.Organization))
            faults["organization"] = ["Give the organisation's login, as it stands in its address at GitHub, or leave it empty."];
        if (request.Name is not { Length: > 0 and <= AppManifest.MaxName } || string.IsNullOrWhiteSpace(request.Name) || request.Name.Any(char.IsControl))
            faults["name"] = [$"Give the App a name of 1 to {AppManifest.MaxName} characters that no other App at GitHub has."];
        if (Address(request.DashboardUrl) is not { AbsolutePath: "/", Query: "" })
            faults["dashboardUrl"] = ["Give the dashboard's own address without a path, such as https://sentinel.example.com."];
        if (WebhookFault(request, gitHub) is { } fault) faults["webhookUrl"] = [fault];
        return faults;
    }

    private static string? WebhookFault(GitHubAppManifestRequest request, GitHubAddresses gitHub)
    {
        if (Address(request.WebhookUrl) is not { Query: "" } url || (url.Scheme == "http" && !url.IsLoopback))
            return "Give the address at which GitHub reaches Sentinel's API, beginning with https, such as https://sentinel.example.com/webhooks/github.";
        return request.WebhookActive && !gitHub.CanReach(url)
            ? $"{gitHub.Web.Host} cannot reach {url.Host}, which is an address of this machine or of a private network. Give a public address, or make the App without webhooks for now."
            : null;
    }

    private static Uri? Address(string? text) =>
        text is { Length: > 0 and <= MaxUrl } && Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "https" or "http", UserInfo: "", Fragment: "", Host.Length: > 0 } ? url : null;

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Login();
}
