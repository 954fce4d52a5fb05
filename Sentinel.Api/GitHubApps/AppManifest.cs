using System.Text.Json.Nodes;
using Sentinel.Api.Sessions;

namespace Sentinel.Api.GitHubApps;

/// <summary>The GitHub App that Sentinel needs: its permissions, its events and its addresses.</summary>
/// <remarks>https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest#github-app-manifest-parameters</remarks>
internal static class AppManifest
{
    /// <summary>GitHub's longest name of an App, in characters.</summary>
    public const int MaxName = 34;

    /// <summary>The dashboard's path that GitHub sends browsers back to with the App's code.</summary>
    public const string CreatedPath = "/settings/github/created";

    // Where somebody who has installed the App sees its repositories arrive.
    private const string AfterInstallationPath = "/repositories";

    /// <summary>Everything that Sentinel does at GitHub, and nothing else.</summary>
    public static IReadOnlyList<(string Permission, string Level)> Permissions { get; } =
    [
        ("checks", "write"), ("contents", "read"), ("issues", "write"), ("members", "read"), ("metadata", "read"), ("pull_requests", "write"),
        ("security_events", "write"),
    ];

    /// <summary>
    /// What the webhook's planner acts on or records, and what changes who sees what. Events of the installation itself come without being
    /// asked for, and GitHub refuses a manifest that names them.
    /// </summary>
    public static IReadOnlyList<string> Events { get; } =
    [
        "check_run", "check_suite", "issue_comment", "member", "membership", "organization", "public", "pull_request", "pull_request_review_comment", "push", "repository", "team",
        "team_add",
    ];

    /// <param name="name">At most <see cref="MaxName"/> characters.</param>
    /// <param name="dashboard">The dashboard's address without a path.</param>
    /// <param name="webhookActive">Whether GitHub sends webhooks.</param>
    public static string Write(string name, Uri dashboard, Uri webhook, bool webhookActive) => new JsonObject
    {
        ["name"] = name,
        ["url"] = dashboard.AbsoluteUri,
        ["hook_attributes"] = new JsonObject { ["url"] = webhook.AbsoluteUri, ["active"] = webhookActive },
        ["redirect_url"] = new Uri(dashboard, CreatedPath).AbsoluteUri,
        ["callback_urls"] = new JsonArray(new Uri(dashboard, GitHubSignIn.CallbackPath).AbsoluteUri),
        ["setup_url"] = new Uri(dashboard, AfterInstallationPath).AbsoluteUri,
        ["setup_on_update"] = false,
        // A sign-in that begins at GitHub has no state of ours, and would be refused.
        ["request_oauth_on_install"] = false,
        ["public"] = false,
        ["default_permissions"] = new JsonObject(Permissions.Select(p => KeyValuePair.Create(p.Permission, (JsonNode?)p.Level))),
        ["default_events"] = new JsonArray([.. Events.Select(name => (JsonNode)name)]),
    }.ToJsonString();
}
