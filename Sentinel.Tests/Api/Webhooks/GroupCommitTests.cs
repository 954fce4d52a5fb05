using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Sentinel.Data.Deliveries;

namespace Sentinel.Tests.Api.Webhooks;

public sealed class GroupCommitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_FiftyConcurrentRepeats_IsDoneOnce()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        var push = WebhookPayloadTests.BranchPush(new string('a', 40), new string('b', 40));

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => OutcomeAsync(api, push)));

        Assert.Equal(["accepted", .. Enumerable.Repeat("duplicate", 49)], answers.Order(StringComparer.Ordinal));
        Assert.Equal(1, await api.QueryAsync(db => db.Deliveries.CountAsync(Cancellation)));
        Assert.Equal(1, await api.QueryAsync(db => db.Scans.CountAsync(Cancellation)));
    }

    [Fact]
    public async Task Post_ReplayWithAnotherBody_DoesNothing()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        var push = WebhookPayloadTests.BranchPush(new string('a', 40), new string('b', 40));
        Assert.Equal("accepted", await OutcomeAsync(api, push));
        var other = WebhookPayloadTests.RealJson("push/1");
        other["repository"]!["full_name"] = "Codertocat/Renamed";
        var replay = new SignedWebhook("push", WebhookPayloadTests.BranchPush(other, new string('b', 40), new string('c', 40))) { DeliveryId = push.DeliveryId };

        Assert.Equal("duplicate", await OutcomeAsync(api, replay));

        Assert.Equal(new string('b', 40), await api.QueryAsync(db => db.Scans.Select(scan => scan.CommitSha).SingleAsync(Cancellation)));
        Assert.Equal("Codertocat/Hello-World", await api.QueryAsync(db => db.Repositories.Select(row => row.FullName).SingleAsync(Cancellation)));
    }

    [Fact]
    public async Task Post_ManyAtOnce_ShareCommits()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        await OutcomeAsync(api, WebhookPayloadTests.BranchPush(new string('a', 40), new string('b', 40)));
        var pushes = Enumerable.Range(0, 300).Select(i => Push(i, repository: i % 7)).ToList();

        var answers = await Task.WhenAll(pushes.Select(push => OutcomeAsync(api, push)));

        Assert.All(answers, answer => Assert.Equal("accepted", answer));
        Assert.Equal(301, await api.QueryAsync(db => db.Scans.CountAsync(Cancellation)));
        Assert.Equal(8, await api.QueryAsync(db => db.Repositories.CountAsync(Cancellation)));
        // Rows of one transaction carry its id: fewer ids than rows means shared commits.
        var commits = await api.QueryAsync(db => db.Database
            .SqlQuery<int>($"select count(distinct xmin::text)::int as \"Value\" from deliveries").SingleAsync(Cancellation));
        Assert.InRange(commits, 1, 200);
    }

    [Fact]
    public async Task Post_PoisonedDeliveryAmongOthers_FailsAlone()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        // The database refuses the scans of one ref, as it would after a bug of ours.
        await api.ExecuteAsync(
            """
            create function refuse() returns trigger language plpgsql as
              $$ begin if new.ref = 'refs/heads/poison' then raise exception 'poisoned'; end if; return new; end $$;
            create trigger refuse before insert on scans for each row execute function refuse();
            """,
            Cancellation);
        var poison = Poisoned();
        var good = Enumerable.Range(0, 60).Select(i => Push(i, repository: 1)).ToList();

        var answers = await Task.WhenAll(good.Append(poison).Select(async push =>
        {
            using var response = await push.PostAsync(api.Anonymous, Cancellation);
            return (push.DeliveryId, response.StatusCode);
        }));

        Assert.All(answers, answer => Assert.Equal(
            answer.DeliveryId == poison.DeliveryId ? HttpStatusCode.UnprocessableEntity : HttpStatusCode.Accepted, answer.StatusCode));
        Assert.Equal(60, await api.QueryAsync(db => db.Scans.CountAsync(Cancellation)));
        Assert.Equal(1, await api.QueryAsync(db => db.Deliveries.CountAsync(row => row.Outcome == DeliveryOutcome.Failed, Cancellation)));

        await api.ExecuteAsync("drop trigger refuse on scans", Cancellation);
        Assert.Equal("accepted", await OutcomeAsync(api, poison));
        Assert.Equal(61, await api.QueryAsync(db => db.Scans.CountAsync(Cancellation)));
        Assert.Equal(0, await api.QueryAsync(db => db.Deliveries.CountAsync(row => row.Outcome == DeliveryOutcome.Failed, Cancellation)));
    }

    [Fact]
    public async Task Post_RepositoryAddedByUrlBefore_BecomesGitHubs()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var client = await api.AsAsync(Contracts.Sessions.Role.Admin, Cancellation);
        using var created = await client.PostAsJsonAsync("/api/v1/scans", new { url = "https://github.com/Codertocat/Hello-World" }, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, created.StatusCode);

        Assert.Equal("accepted", await OutcomeAsync(api, WebhookPayloadTests.BranchPush(new string('a', 40), new string('b', 40))));

        var repository = Assert.Single(await api.QueryAsync(db => db.Repositories.ToListAsync(Cancellation)));
        Assert.Equal(186853002L, repository.GitHubId);
    }

    internal static async Task<string> OutcomeAsync(ApiServer api, SignedWebhook webhook)
    {
        using var response = await webhook.PostAsync(api.Anonymous, Cancellation);
        var body = await response.Content.ReadFromJsonAsync<JsonObject>(Cancellation);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, body!.ToJsonString());
        return body["outcome"]!.GetValue<string>();
    }

    private static SignedWebhook Push(int i, int repository)
    {
        var payload = WebhookPayloadTests.RealJson("push/1");
        payload["repository"]!["id"] = 1000 + repository;
        payload["repository"]!["full_name"] = $"octo/repository-{repository}";
        return new SignedWebhook("push", WebhookPayloadTests.BranchPush(payload, new string('a', 40), i.ToString("x40", System.Globalization.CultureInfo.InvariantCulture)[^39..] + "f"));
    }

    private static SignedWebhook Poisoned()
    {
        var payload = JsonNode.Parse(Push(1, repository: 1).Body)!;
        payload["ref"] = "refs/heads/poison";
        return new SignedWebhook("push", payload.ToJsonString());
    }
}
