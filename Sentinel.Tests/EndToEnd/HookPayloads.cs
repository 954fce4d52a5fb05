using System.Globalization;
using System.Text.Json.Nodes;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.EndToEnd;

/// <summary>Payloads of webhooks as GitHub sends them, about what the fake GitHub has.</summary>
internal static class HookPayloads
{
    /// <summary>The App was installed on these repositories.</summary>
    public static JsonObject Installed(FakeInstallation installation, params FakeRepository[] repositories)
    {
        var payload = JsonNode.Parse(File.ReadAllBytes(SharedFiles.Require(["data", "github-webhooks", "installation", "created.payload.json"])))!.AsObject();
        payload["installation"]!["id"] = installation.Id;
        payload["repositories"] = new JsonArray([.. repositories.Select(r => new JsonObject
        {
            ["id"] = r.Id, ["node_id"] = $"R_{r.Id}", ["name"] = r.Name, ["full_name"] = r.FullName, ["private"] = r.Private,
        })]);
        return payload;
    }

    /// <param name="action">opened, synchronize, reopened or closed.</param>
    /// <param name="before">The head before, of synchronize; null otherwise.</param>
    public static JsonObject PullRequest(FakeGitHubServer gitHub, FakeInstallation installation, FakePullRequest pull, string action, string? before = null)
    {
        var payload = Parse(GitHubDelivery.PullRequest(action, pull.Repository.FullName, gitHub.Url, pull.Number, pull.HeadRef, pull.HeadSha, pull.BaseRef, pull.BaseSha));
        var json = payload["pull_request"]!;
        json["title"] = pull.Title;
        json["user"]!["login"] = pull.User.Login;
        json["updated_at"] = gitHub.Clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        (json["state"], json["merged"]) = (pull.State, pull.Merged);
        if (before is not null) (payload["before"], payload["after"]) = (before, pull.HeadSha);
        return By(installation, payload);
    }

    /// <summary>A push to a branch.</summary>
    public static JsonObject Push(FakeGitHubServer gitHub, FakeInstallation installation, FakeRepository repository, string branch, string before, string after) =>
        By(installation, Parse(GitHubDelivery.PushOf(repository.FullName, gitHub.Url, $"refs/heads/{branch}", repository.DefaultBranch, before, after)));

    private static JsonObject By(FakeInstallation installation, JsonObject payload)
    {
        payload["installation"] = new JsonObject { ["id"] = installation.Id, ["node_id"] = $"I_{installation.Id}" };
        return payload;
    }

    private static JsonObject Parse(GitHubDelivery delivery) => JsonNode.Parse(delivery.Body)!.AsObject();
}
