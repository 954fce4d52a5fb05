using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Sentinel.Benchmarks.House;

/// <summary>A push webhook, signed, ready to be sent.</summary>
internal sealed record SignedPush(byte[] Body, string Signature)
{
    /// <summary>A request with a delivery id of its own.</summary>
    public HttpRequestMessage ToRequest(Uri address)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("X-GitHub-Event", "push");
        request.Headers.Add("X-GitHub-Delivery", Guid.NewGuid().ToString());
        request.Headers.Add("X-Hub-Signature-256", Signature);
        return request;
    }
}

/// <summary>Push webhooks made from a real payload of GitHub's (8 KB), which stands beside the repository.</summary>
internal static class Pushes
{
    private static readonly Lazy<string> Payload = new(Read);

    public static SignedPush Create(Uri gitHub, string fullName, string before, string after)
    {
        var payload = JsonNode.Parse(Payload.Value)!.AsObject();
        var repository = payload["repository"]!;
        repository["id"] = BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(fullName)));
        repository["name"] = fullName.Split('/')[1];
        repository["full_name"] = fullName;
        repository["clone_url"] = new Uri(gitHub, $"/{fullName}.git").ToString();
        repository["html_url"] = new Uri(gitHub, $"/{fullName}").ToString();
        repository["default_branch"] = "main";
        (payload["ref"], payload["before"], payload["after"], payload["created"], payload["deleted"]) = ("refs/heads/main", before, after, false, false);
        (payload["head_commit"], payload["commits"]) = (null, new JsonArray());
        var body = Encoding.UTF8.GetBytes(payload.ToJsonString());
        return new SignedPush(body, "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(SentinelHouse.WebhookSecret), body)));
    }

    private static string Read()
    {
        var shared = Environment.GetEnvironmentVariable("SENTINEL_SHARED_DIR") ?? Path.Combine(Build.Root, "..", "shared");
        var path = Path.GetFullPath(Path.Combine(shared, "data", "github-webhooks", "push", "1.payload.json"));
        return File.Exists(path) ? File.ReadAllText(path) : throw new FileNotFoundException($"{path}: a push payload as GitHub sends it is needed here; SENTINEL_SHARED_DIR may name the folder.");
    }
}
