using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Sentinel.Contracts;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.EndToEnd;

/// <summary>A webhook as GitHub sends it: a real payload pointed at a test repository, signed over its raw bytes.</summary>
internal sealed record GitHubDelivery(string Event, string DeliveryId, byte[] Body)
{
    /// <summary>A push to a branch.</summary>
    public static GitHubDelivery Push(string fullName, Uri gitHub, string branch, string before, string after) =>
        PushOf(fullName, gitHub, $"refs/heads/{branch}", branch, before, after);

    /// <summary>A push to any ref; zeros before make it, zeros after delete it.</summary>
    public static GitHubDelivery PushOf(string fullName, Uri gitHub, string reference, string defaultBranch, string before, string after)
    {
        var payload = Load("push", "1.payload.json");
        PointAt(payload, fullName, gitHub, defaultBranch);
        payload["ref"] = reference;
        payload["before"] = before;
        payload["after"] = after;
        payload["created"] = before.All(c => c == '0');
        payload["deleted"] = after.All(c => c == '0');
        payload["forced"] = false;
        payload["base_ref"] = null;
        payload["head_commit"] = null;
        payload["commits"] = new JsonArray();
        return Create("push", payload);
    }

    /// <summary>A pull request event.</summary>
    /// <param name="action">opened, synchronize, reopened or closed.</param>
    public static GitHubDelivery PullRequest(string action, string fullName, Uri gitHub, int number, string headRef, string headSha, string baseRef, string baseSha)
    {
        var payload = Load("pull_request", $"{action}.payload.json");
        PointAt(payload, fullName, gitHub, baseRef);
        payload["number"] = number;
        var pullRequest = payload["pull_request"]!;
        pullRequest["number"] = number;
        foreach (var (side, name, sha) in new[] { ("head", headRef, headSha), ("base", baseRef, baseSha) })
        {
            pullRequest[side]!["ref"] = name;
            pullRequest[side]!["sha"] = sha;
            pullRequest[side]!["repo"] = payload["repository"]!.DeepClone();
        }
        return Create("pull_request", payload);
    }

    /// <summary>Posts the delivery with a valid signature.</summary>
    public async Task<HttpResponseMessage> PostAsync(HttpClient api, string secret, string? requestId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, ApiRoutes.GitHubWebhooks) { Content = new ByteArrayContent(Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("X-GitHub-Event", Event);
        request.Headers.Add("X-GitHub-Delivery", DeliveryId);
        request.Headers.Add("X-Hub-Signature-256", "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Body)));
        request.Headers.UserAgent.ParseAdd("GitHub-Hookshot/044aadd");
        if (requestId is not null) request.Headers.Add("X-Request-ID", requestId);
        return await api.SendAsync(request, cancellationToken);
    }

    private static GitHubDelivery Create(string name, JsonObject payload) =>
        new(name, Guid.NewGuid().ToString("D"), Encoding.UTF8.GetBytes(payload.ToJsonString()));

    private static JsonObject Load(params string[] parts) =>
        JsonNode.Parse(File.ReadAllBytes(SharedFiles.Require(["data", "github-webhooks", .. parts])))!.AsObject();

    // One repository per name: its numeric id is made from the name, as GitHub's ids never change with a rename either.
    private static void PointAt(JsonObject payload, string fullName, Uri gitHub, string defaultBranch)
    {
        var repository = payload["repository"]!;
        repository["id"] = BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(fullName)));
        repository["name"] = fullName.Split('/')[1];
        repository["full_name"] = fullName;
        repository["clone_url"] = new Uri(gitHub, $"/{fullName}.git").ToString();
        repository["html_url"] = new Uri(gitHub, $"/{fullName}").ToString();
        repository["default_branch"] = defaultBranch;
    }
}
