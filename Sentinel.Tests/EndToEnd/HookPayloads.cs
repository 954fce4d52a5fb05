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
        var payload = Load("installation", "created.payload.json");
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

    /// <summary>Somebody wrote in the conversation of a pull request.</summary>
    /// <param name="action">created or edited.</param>
    public static JsonObject Comment(FakeGitHubServer gitHub, FakeInstallation installation, FakePullRequest pull, FakeComment comment, string action = "created")
    {
        var payload = Load("issue_comment", action == "created" ? "created.with-installation.payload.json" : $"{action}.payload.json");
        payload["repository"] = Repository(gitHub, pull);
        payload["issue"]!["number"] = pull.Number;
        payload["issue"]!["pull_request"] = new JsonObject { ["url"] = $"{gitHub.Url}api/pulls/{pull.Number}", ["html_url"] = "", ["diff_url"] = "", ["patch_url"] = "" };
        Describe(payload["comment"]!, comment.Id, comment.Body, comment.User);
        return By(installation, payload);
    }

    /// <summary>Somebody wrote at a line of a pull request, or in a thread there.</summary>
    public static JsonObject ReviewComment(FakeGitHubServer gitHub, FakeInstallation installation, FakeReviewComment comment)
    {
        var payload = Load("pull_request_review_comment", "created.payload.json");
        payload["repository"] = Repository(gitHub, comment.Pull);
        payload["pull_request"]!["number"] = comment.Pull.Number;
        Describe(payload["comment"]!, comment.Id, comment.Body, comment.User);
        if (comment.InReplyTo is { } opening) payload["comment"]!["in_reply_to_id"] = opening;
        return By(installation, payload);
    }

    /// <summary>A push to a branch.</summary>
    public static JsonObject Push(FakeGitHubServer gitHub, FakeInstallation installation, FakeRepository repository, string branch, string before, string after) =>
        By(installation, Parse(GitHubDelivery.PushOf(repository.FullName, gitHub.Url, $"refs/heads/{branch}", repository.DefaultBranch, before, after)));

    private static JsonNode Repository(FakeGitHubServer gitHub, FakePullRequest pull) => Parse(GitHubDelivery.PullRequest(
        "opened", pull.Repository.FullName, gitHub.Url, pull.Number, pull.HeadRef, pull.HeadSha, pull.BaseRef, pull.BaseSha))["repository"]!.DeepClone();

    private static void Describe(JsonNode json, long id, string body, FakeAccount author)
    {
        (json["id"], json["body"]) = (id, body);
        var user = json["user"]!;
        (user["id"], user["login"], user["type"]) = (author.Id, author.Login, author.Type);
    }

    private static JsonObject Load(params string[] parts) => JsonNode.Parse(File.ReadAllBytes(SharedFiles.Require(["data", "github-webhooks", .. parts])))!.AsObject();

    private static JsonObject By(FakeInstallation installation, JsonObject payload)
    {
        payload["installation"] = new JsonObject { ["id"] = installation.Id, ["node_id"] = $"I_{installation.Id}" };
        return payload;
    }

    private static JsonObject Parse(GitHubDelivery delivery) => JsonNode.Parse(delivery.Body)!.AsObject();
}
