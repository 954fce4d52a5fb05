using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Webhooks;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Deliveries;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Api.Webhooks;

public sealed class WebhookPayloadTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_EveryRealPayload_Is202AndRecorded()
    {
        var root = SharedFiles.Require("data", "github-webhooks");
        await using var api = await ApiServer.StartAsync(Cancellation);
        var files = Directory.GetFiles(root, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        Assert.True(files.Count > 100);
        foreach (var file in files)
        {
            var delivery = new SignedWebhook(Path.GetFileName(Path.GetDirectoryName(file))!, await File.ReadAllBytesAsync(file, Cancellation));

            using var response = await delivery.PostAsync(api.Anonymous, Cancellation);

            Assert.True(response.StatusCode == HttpStatusCode.Accepted, $"{file}: {await response.Content.ReadAsStringAsync(Cancellation)}");
        }

        var stored = await api.QueryAsync(db => db.Deliveries.ToListAsync(Cancellation));
        Assert.Equal(files.Count, stored.Count);
        Assert.DoesNotContain(stored, delivery => delivery.Outcome == DeliveryOutcome.Failed);
        Assert.All(stored, delivery => Assert.NotEmpty(delivery.Payload));
        Assert.Equal(DeliveryOutcome.Unknown, Assert.Single(stored, delivery => delivery.Event == "gollum").Outcome);
        Assert.All(stored.Where(delivery => delivery.Event == "ping"), delivery => Assert.Equal(DeliveryOutcome.Accepted, delivery.Outcome));
    }

    [Theory]
    [InlineData("pull_request/opened", "PullRequest Interactive refs/pull/2/head ec26c3e57ca3a959ca5aad62de7213c562f8c821 f95f852bd8fca8fcc58a9a2d6c842781e32a215e  2")]
    [InlineData("pull_request/synchronize", "PullRequest Interactive refs/pull/2/head ec26c3e57ca3a959ca5aad62de7213c562f8c821 f95f852bd8fca8fcc58a9a2d6c842781e32a215e f95f852bd8fca8fcc58a9a2d6c842781e32a215e 2")]
    [InlineData("pull_request/reopened", "PullRequest Interactive refs/pull/2/head ec26c3e57ca3a959ca5aad62de7213c562f8c821 f95f852bd8fca8fcc58a9a2d6c842781e32a215e  2")]
    [InlineData("pull_request/labeled", null)]
    [InlineData("pull_request/closed", null)]
    [InlineData("push/1", "Dropped Push refs/tags/simple-tag   6113728f27ae82c7b1a177c8d03f9e96e0adf246 ")]
    [InlineData("check_suite/rerequested", "Rerun Interactive refs/pull/2/head ec26c3e57ca3a959ca5aad62de7213c562f8c821 f95f852bd8fca8fcc58a9a2d6c842781e32a215e  2")]
    [InlineData("check_suite/completed.1", null)]
    [InlineData("installation/created", "Scheduled Background HEAD    ")]
    [InlineData("installation_repositories/added", "Scheduled Background HEAD    ")]
    [InlineData("issue_comment/created.1", null)]
    public async Task Post_RealPayload_QueuesTheScan(string payload, string? expected)
    {
        await using var api = await ApiServer.StartAsync(Cancellation);

        using var response = await Real(payload).PostAsync(api.Anonymous, Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var scans = await api.QueryAsync(db => db.Scans.ToListAsync(Cancellation));
        Assert.Equal(expected is null ? [] : [expected], scans.Select(Describe).Distinct());
        Assert.All(scans, scan => Assert.Equal(ScanStatus.Queued, scan.Status));
    }

    [Fact]
    public async Task Post_PushToBranch_QueuesTheCommitAndKeepsTheRequestId()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        var push = BranchPush(new string('a', 40), new string('b', 40));

        using var response = await push.PostAsync(api.Anonymous, Cancellation);

        var scan = Assert.Single(await api.QueryAsync(db => db.Scans.ToListAsync(Cancellation)));
        Assert.Equal($"Push Push refs/heads/main {new string('b', 40)}  {new string('a', 40)} ", Describe(scan));
        var delivery = Assert.Single(await api.QueryAsync(db => db.Deliveries.ToListAsync(Cancellation)));
        Assert.Equal((delivery.Id, delivery.RequestId), (scan.DeliveryId, scan.RequestId));
        Assert.Equal(delivery.RequestId, response.Headers.GetValues("X-Request-ID").Single());
        var repository = Assert.Single(await api.QueryAsync(db => db.Repositories.ToListAsync(Cancellation)));
        Assert.Equal(("Codertocat/Hello-World", "https://github.com/Codertocat/Hello-World.git", 186853002L), (repository.FullName, repository.CloneUrl, repository.GitHubId));
    }

    [Fact]
    public async Task Post_CloneUrlOfAnotherHost_IsNotFollowed()
    {
        await using var api = await ApiServer.StartAsync(Cancellation, "Production");
        var payload = RealJson("push/1");
        payload["repository"]!["clone_url"] = "http://169.254.169.254/latest/meta-data";

        using var response = await new SignedWebhook("push", BranchPush(payload, new string('a', 40), new string('b', 40))).PostAsync(api.Anonymous, Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("https://github.com/Codertocat/Hello-World.git", await api.QueryAsync(db => db.Repositories.Select(row => row.CloneUrl).SingleAsync(Cancellation)));
    }

    [Theory]
    [InlineData("refs/heads/--upload-pack=x", true)]
    [InlineData("refs/heads/a..b", false)]
    [InlineData("refs/heads/a b", false)]
    [InlineData("refs/heads/a\u0000b", false)]
    [InlineData("refs/heads/a\nb", false)]
    [InlineData("main", false)]
    public async Task Post_OddRef_IsRefused(string gitRef, bool taken)
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        var payload = RealJson("push/1");
        var body = JsonNode.Parse(BranchPush(payload, new string('a', 40), new string('b', 40)))!;
        body["ref"] = gitRef;

        using var response = await new SignedWebhook("push", body.ToJsonString()).PostAsync(api.Anonymous, Cancellation);

        Assert.Equal(taken ? HttpStatusCode.Accepted : HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Post_UnknownEventAndUnknownAction_AreRecorded()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        var payload = RealJson("pull_request/opened");
        payload["action"] = "teleported";

        using var action = await new SignedWebhook("pull_request", payload.ToJsonString()).PostAsync(api.Anonymous, Cancellation);
        using var unknown = await new SignedWebhook("moon_landing", """{"action":"begun"}""").PostAsync(api.Anonymous, Cancellation);

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (action.StatusCode, unknown.StatusCode));
        var stored = await api.QueryAsync(db => db.Deliveries.OrderBy(row => row.Id).ToListAsync(Cancellation));
        Assert.Equal([("pull_request", "teleported"), ("moon_landing", "begun")], stored.Select(row => (row.Event, row.Action)));
        Assert.All(stored, row => Assert.Equal(DeliveryOutcome.Unknown, row.Outcome));
    }

    [Fact]
    public async Task Post_RepositoryEvents_FollowTheRepository()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        foreach (var name in new[] { "Old-Name", "Hello-World" })
        {
            var payload = RealJson("repository/renamed");
            payload["repository"]!["full_name"] = $"Octocoders/{name}";
            using var response = await new SignedWebhook("repository", payload.ToJsonString()).PostAsync(api.Anonymous, Cancellation);
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        }

        var deleted = RealJson("repository/renamed");
        deleted["action"] = "deleted";
        using var last = await new SignedWebhook("repository", deleted.ToJsonString()).PostAsync(api.Anonymous, Cancellation);

        var repository = Assert.Single(await api.QueryAsync(db => db.Repositories.ToListAsync(Cancellation)));
        Assert.Equal(("Octocoders/Hello-World", true, null), (repository.FullName, repository.Archived, repository.InstallationId));
    }

    internal static SignedWebhook Real(string payload) => new(
        payload.Split('/')[0], File.ReadAllBytes(SharedFiles.Require("data", "github-webhooks", payload.Split('/')[0], payload.Split('/')[1] + ".payload.json")));

    internal static JsonNode RealJson(string payload) => JsonNode.Parse(Real(payload).Body)!;

    internal static SignedWebhook BranchPush(string before, string after) => new("push", BranchPush(RealJson("push/1"), before, after));

    internal static string BranchPush(JsonNode payload, string before, string after)
    {
        payload["ref"] = "refs/heads/main";
        payload["before"] = before;
        payload["after"] = after;
        payload["deleted"] = false;
        return payload.ToJsonString();
    }

    private static string Describe(Sentinel.Data.Scans.Scan scan) =>
        $"{scan.Kind} {scan.Lane} {scan.Ref} {scan.CommitSha} {scan.BaseSha} {scan.BeforeSha} {scan.PullRequestNumber}";
}
