using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Feedback;
using Sentinel.Data.Scans;
using Sentinel.Tests.EndToEnd;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Api.Webhooks;

/// <summary>Pull requests are known as GitHub last described them, and their checks can be asked for again.</summary>
public sealed class PullRequestWebhookTests : IAsyncLifetime
{
    private const string Head = "1111111111111111111111111111111111111111";
    private const string Base = "2222222222222222222222222222222222222222";

    private static readonly Uri GitHub = new("https://github.com");

    private ApiServer _api = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _api = await ApiServer.StartAsync(Token);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task PullRequest_Opened_IsKept()
    {
        await PostAsync(Payload("opened", at: "2026-01-01T00:00:01Z", title: "A\u0000 change"));

        var pull = await PullAsync();
        Assert.Equal(
            (7, PullRequestState.Open, Head, "change", Base, "main", false, false, "A\uFFFD change"),
            (pull.Number, pull.State, pull.HeadSha, pull.HeadRef, pull.BaseSha, pull.BaseRef, pull.Draft, pull.FromFork, pull.Title));
    }

    [Fact]
    public async Task PullRequest_OlderDescriptionComesLate_ChangesNothing()
    {
        var newer = Head.Replace('1', '3');
        await PostAsync(Payload("synchronize", newer, at: "2026-01-01T00:00:02Z"));
        await PostAsync(Payload("opened", at: "2026-01-01T00:00:01Z"));
        Assert.Equal(newer, (await PullAsync()).HeadSha);

        var closed = Payload("closed", newer, at: "2026-01-01T00:00:03Z");
        (closed["pull_request"]!["merged"], closed["pull_request"]!["head"]!["repo"]) = (true, null);
        await PostAsync(closed);
        var pull = await PullAsync();
        Assert.Equal((PullRequestState.Merged, true), (pull.State, pull.FromFork));
    }

    [Fact]
    public async Task CheckRun_RerequestedForAFork_ScansThePullRequestThatItWasWrittenFor()
    {
        await PostAsync(Payload("opened", at: "2026-01-01T00:00:01Z"));
        var payload = JsonNode.Parse(await File.ReadAllBytesAsync(SharedFiles.Require(["data", "github-webhooks", "check_run", "rerequested.payload.json"]), Token))!.AsObject();
        payload["repository"] = Payload("opened")["repository"]!.DeepClone();
        var run = payload["check_run"]!;
        (run["head_sha"], run["external_id"], run["pull_requests"]) = (Head, CheckRunName.Of(7, Guid.NewGuid()), new JsonArray());
        run["check_suite"]!["pull_requests"] = new JsonArray();

        await PostAsync(payload, "check_run");

        var scan = await _api.QueryAsync(database => database.Scans.AsNoTracking().SingleAsync(s => s.Kind == ScanKind.Rerun, Token));
        Assert.Equal(("refs/pull/7/head", Head, (int?)7, ScanLane.Interactive), (scan.Ref, scan.CommitSha, scan.PullRequestNumber, scan.Lane));
    }

    private static JsonObject Payload(string action, string head = Head, string at = "2026-01-01T00:00:00Z", string title = "A change")
    {
        var payload = JsonNode.Parse(GitHubDelivery.PullRequest(action, "acme/shop", GitHub, 7, "change", head, "main", Base).Body)!.AsObject();
        (payload["pull_request"]!["updated_at"], payload["pull_request"]!["title"]) = (at, title);
        return payload;
    }

    private async Task PostAsync(JsonObject payload, string name = "pull_request")
    {
        var delivery = new GitHubDelivery(name, Guid.NewGuid().ToString("D"), Encoding.UTF8.GetBytes(payload.ToJsonString()));
        using var answer = await delivery.PostAsync(_api.Anonymous, ApiServer.WebhookSecret, null, Token);
        Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.StatusCode);
    }

    private Task<PullRequest> PullAsync() => _api.QueryAsync(database => database.PullRequests.AsNoTracking().SingleAsync(Token));
}
