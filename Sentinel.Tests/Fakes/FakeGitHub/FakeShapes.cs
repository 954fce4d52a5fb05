using System.Globalization;
using System.Text.Json.Nodes;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>Accounts, repositories and the App as the API writes them.</summary>
/// <param name="api">The API's base without a slash at its end.</param>
internal sealed partial class FakeShapes(FakeGitHubServer server, string api)
{
    private const string Created = "2026-01-05T08:00:00Z";

    // Members of a repository that are nothing but its URL and a suffix.
    private static readonly (string Name, string Suffix)[] RepositoryUrls =
    [
        ("archive_url", "/{archive_format}{/ref}"), ("assignees_url", "/assignees{/user}"), ("blobs_url", "/git/blobs{/sha}"), ("branches_url", "/branches{/branch}"),
        ("collaborators_url", "/collaborators{/collaborator}"), ("comments_url", "/comments{/number}"), ("commits_url", "/commits{/sha}"), ("compare_url", "/compare/{base}...{head}"),
        ("contents_url", "/contents/{+path}"), ("contributors_url", "/contributors"), ("deployments_url", "/deployments"), ("downloads_url", "/downloads"), ("events_url", "/events"),
        ("forks_url", "/forks"), ("git_commits_url", "/git/commits{/sha}"), ("git_refs_url", "/git/refs{/sha}"), ("git_tags_url", "/git/tags{/sha}"), ("hooks_url", "/hooks"),
        ("issue_comment_url", "/issues/comments{/number}"), ("issue_events_url", "/issues/events{/number}"), ("issues_url", "/issues{/number}"), ("keys_url", "/keys{/key_id}"),
        ("labels_url", "/labels{/name}"), ("languages_url", "/languages"), ("merges_url", "/merges"), ("milestones_url", "/milestones{/number}"),
        ("notifications_url", "/notifications{?since,all,participating}"), ("pulls_url", "/pulls{/number}"), ("releases_url", "/releases{/id}"), ("stargazers_url", "/stargazers"),
        ("statuses_url", "/statuses/{sha}"), ("subscribers_url", "/subscribers"), ("subscription_url", "/subscription"), ("tags_url", "/tags"), ("teams_url", "/teams"),
        ("trees_url", "/git/trees{/sha}"),
    ];

    private static readonly (string Name, string Suffix)[] UserUrls =
    [
        ("url", ""), ("events_url", "/events{/privacy}"), ("followers_url", "/followers"), ("following_url", "/following{/other_user}"), ("gists_url", "/gists{/gist_id}"),
        ("organizations_url", "/orgs"), ("received_events_url", "/received_events"), ("repos_url", "/repos"), ("starred_url", "/starred{/owner}{/repo}"), ("subscriptions_url", "/subscriptions"),
    ];

    private string Web => server.Url.GetLeftPart(UriPartial.Authority);

    public JsonObject User(FakeAccount account)
    {
        var json = new JsonObject
        {
            ["login"] = account.Login,
            ["id"] = account.Id,
            ["node_id"] = $"U_{account.Id}",
            ["avatar_url"] = $"{Web}/avatars/{account.Id}",
            ["gravatar_id"] = "",
            ["html_url"] = $"{Web}/{account.Login}",
            ["type"] = account.Type,
            ["site_admin"] = false,
        };
        foreach (var (name, suffix) in UserUrls) json[name] = $"{api}/users/{account.Login}{suffix}";
        return json;
    }

    /// <summary>The person who asks, about himself.</summary>
    public JsonObject PrivateUser(FakeAccount account)
    {
        var json = User(account);
        foreach (var name in new[] { "bio", "blog", "company", "hireable", "location" }) json[name] = null;
        (json["name"], json["email"]) = (account.Name, account.Email);
        foreach (var name in new[] { "followers", "following", "public_gists", "public_repos", "collaborators", "disk_usage", "owned_private_repos", "private_gists", "total_private_repos" }) json[name] = 0;
        (json["two_factor_authentication"], json["created_at"], json["updated_at"], json["user_view_type"]) = (true, Created, Created, "private");
        return json;
    }

    public JsonObject Organization(FakeAccount account)
    {
        var json = new JsonObject { ["login"] = account.Login, ["id"] = account.Id, ["node_id"] = $"O_{account.Id}", ["avatar_url"] = $"{Web}/avatars/{account.Id}", ["description"] = "" };
        json["url"] = $"{api}/orgs/{account.Login}";
        foreach (var (name, suffix) in new[] { ("repos_url", "/repos"), ("events_url", "/events"), ("hooks_url", "/hooks"), ("issues_url", "/issues"), ("members_url", "/members{/member}"), ("public_members_url", "/public_members{/member}") })
            json[name] = $"{api}/orgs/{account.Login}{suffix}";
        return json;
    }

    /// <param name="permission">What the caller may do; null to leave it out.</param>
    public JsonObject Repository(FakeRepository repository, string? permission = null)
    {
        var url = $"{api}/repos/{repository.FullName}";
        var json = new JsonObject
        {
            ["id"] = repository.Id,
            ["node_id"] = $"R_{repository.Id}",
            ["name"] = repository.Name,
            ["full_name"] = repository.FullName,
            ["private"] = repository.Private,
            ["visibility"] = repository.Private ? "private" : "public",
            ["owner"] = User(repository.Owner),
            ["html_url"] = $"{Web}/{repository.FullName}",
            ["description"] = null,
            ["fork"] = false,
            ["url"] = url,
            ["clone_url"] = repository.CloneUrl,
            ["git_url"] = $"git://{server.Url.Authority}/{repository.FullName}.git",
            ["ssh_url"] = $"git@{server.Url.Host}:{repository.FullName}.git",
            ["svn_url"] = $"{Web}/{repository.FullName}",
            ["mirror_url"] = null,
            ["homepage"] = null,
            ["language"] = null,
            ["license"] = null,
            ["default_branch"] = repository.DefaultBranch,
            ["archived"] = repository.Archived,
            ["disabled"] = false,
            ["has_issues"] = true,
            ["pushed_at"] = Created,
            ["created_at"] = Created,
            ["updated_at"] = Created,
        };
        foreach (var (name, suffix) in RepositoryUrls) json[name] = url + suffix;
        foreach (var name in new[] { "has_projects", "has_wiki", "has_pages", "has_discussions", "has_downloads" }) json[name] = false;
        foreach (var name in new[] { "forks", "forks_count", "open_issues", "open_issues_count", "size", "stargazers_count", "watchers", "watchers_count", "network_count", "subscribers_count" }) json[name] = 0;
        if (permission is not null) json["permissions"] = Permissions(permission);
        return json;
    }

    public JsonObject Installation(FakeInstallation installation) => new()
    {
        ["id"] = installation.Id,
        ["account"] = User(installation.Account),
        ["repository_selection"] = installation.Repositories is null ? "all" : "selected",
        ["access_tokens_url"] = $"{api}/app/installations/{installation.Id}/access_tokens",
        ["repositories_url"] = $"{api}/installation/repositories",
        ["html_url"] = $"{Web}/organizations/{installation.Account.Login}/settings/installations/{installation.Id}",
        ["app_id"] = server.App.Id,
        ["app_slug"] = server.App.Slug,
        ["client_id"] = server.App.ClientId,
        ["target_id"] = installation.Account.Id,
        ["target_type"] = installation.Account.Type,
        ["permissions"] = Texts(installation.Permissions),
        ["events"] = new JsonArray([.. installation.Events.Select(e => JsonValue.Create(e))]),
        ["single_file_name"] = null,
        ["created_at"] = Time(installation.CreatedAt),
        ["updated_at"] = Time(installation.CreatedAt),
        ["suspended_by"] = installation.SuspendedAt is null ? null : User(installation.Account),
        ["suspended_at"] = installation.SuspendedAt is { } at ? Time(at) : null,
    };

    public JsonObject App() => new()
    {
        ["id"] = server.App.Id,
        ["slug"] = server.App.Slug,
        ["node_id"] = $"A_{server.App.Id}",
        ["client_id"] = server.App.ClientId,
        ["owner"] = User(server.App.Owner),
        ["name"] = server.App.Name,
        ["description"] = "",
        ["external_url"] = "https://sentinel.example",
        ["html_url"] = $"{Web}/apps/{server.App.Slug}",
        ["created_at"] = Created,
        ["updated_at"] = Created,
        ["permissions"] = Texts(server.App.Permissions),
        ["events"] = new JsonArray([.. server.App.Events.Select(e => JsonValue.Create(e))]),
    };

    public static JsonObject Texts(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var json = new JsonObject();
        foreach (var (name, value) in pairs) json[name] = value;
        return json;
    }

    public static JsonObject Permissions(string permission) => new()
    {
        ["admin"] = permission == "admin",
        ["maintain"] = permission is "admin" or "maintain",
        ["push"] = permission is "admin" or "maintain" or "write",
        ["triage"] = permission is "admin" or "maintain" or "write" or "triage",
        ["pull"] = permission != "none",
    };

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
