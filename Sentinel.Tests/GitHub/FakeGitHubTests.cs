using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sentinel.GitHub.App;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.GitHub;

/// <summary>The fake must be as strict and as well-formed as GitHub, or tests against it prove nothing.</summary>
public sealed class FakeGitHubTests : IAsyncLifetime
{
    private const string Repo = "repos/acme/shop";

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private FakeGitHubServer _gitHub = null!;
    private FakeRepository _repository = null!;
    private FakeInstallation _installation = null!;
    private FakePullRequest _pull = null!;
    private FakeAccount _alice = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _gitHub = await FakeGitHubServer.StartAsync(Token);
        _alice = _gitHub.AddUser("alice");
        _gitHub.AddOrganization("acme", _alice);
        _repository = _gitHub.AddRepository("acme/shop", isPrivate: true);
        _repository.Git.Commit("Add", ("a.txt", "one\n"), ("src/b.txt", "b\n"));
        _repository.Git.Git("checkout", "--quiet", "-b", "change");
        _repository.Git.Commit("Change", ("a.txt", "one\ntwo\n"), ("c.txt", "c\n"), ("src/b.txt", null));
        _installation = _gitHub.Install("acme");
        _pull = _repository.OpenPullRequest(_alice, "change");
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return _gitHub.DisposeAsync();
    }

    [Fact]
    public async Task Answers_OfEveryEndpoint_AreAsGitHubDescribesThem()
    {
        using var description = GitHubDescription.Load();
        var faults = new List<string>();
        var app = AppJwt.Create(new GitHubAppCredentials { AppId = _gitHub.App.Id, PrivateKeyPem = _gitHub.App.PrivateKeyPem }, _gitHub.Clock.GetUtcNow());
        var user = _gitHub.Tokens.Issue(_alice);
        var payload = new JsonObject { ["action"] = "opened", ["repository"] = new JsonObject { ["id"] = _repository.Id } };
        var delivery = _gitHub.Hook.Add("pull_request", payload);
        _gitHub.State.ManifestCodes.Add("code");

        foreach (var path in new[] { "app", "app/installations", $"app/installations/{_installation.Id}", $"{Repo}/installation", "app/hook/config", "app/hook/deliveries", $"app/hook/deliveries/{delivery.Id}" })
            await CheckAsync("GET", path, app);
        await CheckAsync("POST", $"app/hook/deliveries/{delivery.Id}/attempts", app);
        await CheckAsync("POST", "app-manifests/code/conversions", null);
        var token = (await CheckAsync("POST", $"app/installations/{_installation.Id}/access_tokens", app, new { repositories = new[] { "shop" } })).GetProperty("token").GetString()!;

        var run = await CheckAsync("POST", $"{Repo}/check-runs", token, new
        {
            name = "Sentinel",
            head_sha = _pull.HeadSha,
            status = "completed",
            conclusion = "failure",
            output = new { title = "t", summary = "s", annotations = new[] { new { path = "a.txt", start_line = 2, end_line = 2, annotation_level = "failure", message = "m" } } },
        });
        await CheckAsync("PATCH", $"{Repo}/check-runs/{Id(run)}", token, new { conclusion = "success" });
        var suite = run.GetProperty("check_suite").GetProperty("id").GetInt64();
        await CheckAsync("POST", $"{Repo}/check-suites", token, new { head_sha = _pull.BaseSha });
        await CheckAsync("POST", $"{Repo}/check-runs/{Id(run)}/rerequest", token);
        var comment = await CheckAsync("POST", $"{Repo}/issues/{_pull.Number}/comments", token, new { body = "Hello" });
        await CheckAsync("PATCH", $"{Repo}/issues/comments/{Id(comment)}", token, new { body = "Hello again" });
        var reaction = await CheckAsync("POST", $"{Repo}/issues/comments/{Id(comment)}/reactions", token, new { content = "eyes" });
        await CheckAsync("POST", $"{Repo}/issues/comments/{Id(comment)}/reactions", token, new { content = "eyes" });
        var line = new { path = "a.txt", line = 2, side = "RIGHT", body = "Here" };
        var review = await CheckAsync("POST", $"{Repo}/pulls/{_pull.Number}/reviews", token, new { @event = "COMMENT", body = "Look", comments = new[] { line } });
        var remark = await CheckAsync("POST", $"{Repo}/pulls/{_pull.Number}/comments", token, new { commit_id = _pull.HeadSha, line.path, line.line, line.side, line.body });
        await CheckAsync("POST", $"{Repo}/pulls/{_pull.Number}/comments/{Id(remark)}/replies", token, new { body = "Yes" });
        await CheckAsync("PATCH", $"{Repo}/pulls/comments/{Id(remark)}", token, new { body = "There" });
        await CheckAsync("POST", $"{Repo}/pulls/comments/{Id(remark)}/reactions", token, new { content = "+1" });
        await CheckAsync("POST", $"{Repo}/statuses/{_pull.HeadSha}", token, new { state = "success", context = "sentinel" });
        var sarif = await CheckAsync("POST", $"{Repo}/code-scanning/sarifs", token, new { commit_sha = _pull.HeadSha, @ref = "refs/heads/change", sarif = Packed("{}") });

        string[] read =
        [
            "installation/repositories", Repo, $"{Repo}/collaborators", $"{Repo}/collaborators/alice/permission", $"{Repo}/contents/a.txt", $"{Repo}/commits", $"{Repo}/commits/main",
            $"{Repo}/commits/{_pull.HeadSha}/pulls", $"{Repo}/compare/main...change", $"{Repo}/pulls", $"{Repo}/pulls/{_pull.Number}", $"{Repo}/pulls/{_pull.Number}/files",
            $"{Repo}/pulls/{_pull.Number}/commits", $"{Repo}/check-runs/{Id(run)}", $"{Repo}/check-runs/{Id(run)}/annotations", $"{Repo}/commits/change/check-runs", $"{Repo}/check-suites/{suite}",
            $"{Repo}/check-suites/{suite}/check-runs", $"{Repo}/commits/change/check-suites", $"{Repo}/issues/{_pull.Number}/comments", $"{Repo}/issues/comments", $"{Repo}/issues/comments/{Id(comment)}",
            $"{Repo}/issues/comments/{Id(comment)}/reactions", $"{Repo}/pulls/{_pull.Number}/reviews", $"{Repo}/pulls/{_pull.Number}/reviews/{Id(review)}", $"{Repo}/pulls/{_pull.Number}/reviews/{Id(review)}/comments",
            $"{Repo}/pulls/{_pull.Number}/comments", $"{Repo}/pulls/comments/{Id(remark)}", $"{Repo}/pulls/comments/{Id(remark)}/reactions", $"{Repo}/commits/change/status", $"{Repo}/commits/change/statuses",
            $"{Repo}/code-scanning/sarifs/{sarif.GetProperty("id").GetString()}", "users/alice",
        ];
        foreach (var path in read) await CheckAsync("GET", path, token);
        foreach (var path in new[] { "user", "user/repos", "user/orgs", "user/installations", $"user/installations/{_installation.Id}/repositories", "user/memberships/orgs/acme" }) await CheckAsync("GET", path, user);
        await CheckAsync("PUT", $"{Repo}/pulls/{_pull.Number}/reviews/{Id(review)}", token, new { body = "Look again" });
        await CheckAsync("PUT", $"{Repo}/pulls/{_pull.Number}/reviews/{Id(review)}/dismissals", token, new { message = "Done" });
        await CheckAsync("DELETE", $"{Repo}/issues/comments/{Id(comment)}/reactions/{Id(reaction)}", token);
        await CheckAsync("DELETE", $"{Repo}/pulls/comments/{Id(remark)}", token);
        await CheckAsync("DELETE", $"{Repo}/issues/comments/{Id(comment)}", token);
        await CheckAsync("GET", $"{Repo}/pulls/999", token, status: 404);
        await CheckAsync("POST", $"{Repo}/check-suites", token, new { }, status: 422, isDescribed: false);
        await CheckAsync("DELETE", "installation/token", token);

        Assert.Equal([], faults);

        async Task<JsonElement> CheckAsync(string method, string path, string? credential, object? body = null, int? status = null, bool isDescribed = true)
        {
            using var answer = await SendAsync(method, new Uri(_gitHub.ApiUrl, path), credential, body);
            var bytes = await answer.Content.ReadAsByteArrayAsync(Token);
            JsonElement? json = bytes.Length == 0 ? null : JsonDocument.Parse(bytes).RootElement;
            if (status is null ? !answer.IsSuccessStatusCode : (int)answer.StatusCode != status) faults.Add($"{method} {path}: {(int)answer.StatusCode} {json}");
            if (isDescribed) faults.AddRange(description.Check(method, "/" + path, (int)answer.StatusCode, json));
            return json ?? default;
        }
    }

    [Fact]
    public void Description_AnswerThatDiffers_IsNoticed()
    {
        using var description = GitHubDescription.Load();
        using var answer = JsonDocument.Parse("""{"id":"1","content":"shrug","user":null,"created_at":"2026-01-05T08:00:00Z"}""");

        Assert.Equal(
            ["$.node_id is missing", "$.id is no integer", "$.content is 'shrug'"],
            description.Check("POST", "/repos/acme/shop/issues/comments/1/reactions", 201, answer.RootElement).Select(f => f[(f.IndexOf(": ", StringComparison.Ordinal) + 2)..]));
    }

    [Fact]
    public async Task Review_LineOutsideTheDiff_IsRefusedWhole()
    {
        var token = _gitHub.Tokens.Issue(_installation, _installation.Permissions, null).Value;
        var comments = new[] { new { path = "a.txt", line = 2, body = "In" }, new { path = "a.txt", line = 200, body = "Out" } };

        using var answer = await SendAsync("POST", new Uri(_gitHub.ApiUrl, $"{Repo}/pulls/{_pull.Number}/reviews"), token, new { @event = "COMMENT", body = "b", comments });

        Assert.Equal((HttpStatusCode.UnprocessableEntity, 0, 0), (answer.StatusCode, _pull.Reviews.Count, _pull.ReviewComments.Count));
    }

    [Theory]
    [InlineData(true, "access_token")]
    [InlineData(false, "error")]
    public async Task SignIn_Verifier_MustFitTheChallenge(bool fits, string expected)
    {
        _gitHub.OAuth.Person = _alice;
        var challenge = System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes("verifier")));
        using var agreed = await _http.GetAsync(
            new Uri(_gitHub.Url, $"login/oauth/authorize?client_id={_gitHub.App.ClientId}&redirect_uri=https://sentinel.example/back&state=s&code_challenge={challenge}&code_challenge_method=S256"), Token);
        var back = System.Web.HttpUtility.ParseQueryString(agreed.Headers.Location!.Query);

        var form = new Dictionary<string, string> { ["client_id"] = _gitHub.App.ClientId, ["client_secret"] = _gitHub.App.ClientSecret, ["code"] = back["code"]!, ["code_verifier"] = fits ? "verifier" : "another" };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_gitHub.Url, "login/oauth/access_token")) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Accept.ParseAdd("application/json");
        using var answer = await _http.SendAsync(request, Token);
        var json = await answer.Content.ReadFromJsonAsync<JsonObject>(Token);

        Assert.Equal("s", back["state"]);
        Assert.True(json!.ContainsKey(expected), json.ToJsonString());
        if (!fits) return;
        using var me = await SendAsync("GET", new Uri(_gitHub.ApiUrl, "user"), json["access_token"]!.GetValue<string>(), null);
        Assert.Equal("alice", (await me.Content.ReadFromJsonAsync<JsonObject>(Token))!["login"]!.GetValue<string>());
    }

    [Fact]
    public async Task Hook_Redelivery_SendsTheSameEventAgain()
    {
        await using var host = new GitHubHost(_gitHub);
        await using var receiver = await FakeGitHubServer.StartAsync(Token);
        var failed = await _gitHub.Hook.DeliverAsync("push", new JsonObject { ["ref"] = "refs/heads/main" }, Token);
        _gitHub.Hook.Url = new Uri(receiver.Url, "hook");

        await host.Clients.App.SendAsync(HttpMethod.Post, $"app/hook/deliveries/{failed.Id}/attempts", null, Token);
        await Task.WhenAll(_gitHub.Hook.Redeliveries);

        Assert.Equal([(failed.Guid, false, 502), (failed.Guid, true, 404)], _gitHub.Hook.Log.Select(d => (d.Guid, d.Redelivery, d.StatusCode)));
    }

    private async Task<HttpResponseMessage> SendAsync(string method, Uri url, string? credential, object? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), url);
        if (body is not null) request.Content = JsonContent.Create(body);
        if (credential is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credential);
        request.Headers.UserAgent.ParseAdd("tests");
        return await _http.SendAsync(request, Token);
    }

    private static long Id(JsonElement json) => json.GetProperty("id").GetInt64();

    private static string Packed(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return Convert.ToBase64String(packed.ToArray());
    }
}
