using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.Contracts;
using Sentinel.Contracts.CustomRules;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Live;
using Sentinel.Contracts.Overview;
using Sentinel.Contracts.People;
using Sentinel.Contracts.Repositories;
using Sentinel.Contracts.Scans;
using Sentinel.Contracts.Sessions;
using Sentinel.Data.Queue;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Api.Security;

public sealed class VisibilityTests
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(5);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EachPerson_SeesTheRepositoriesThatGitHubShowsThem()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);
        var estate = await Estate.AddAsync(bench);
        using var admin = await bench.ClientOfAsync(estate.Admin, Cancellation);
        using var alice = await bench.ClientOfAsync(estate.Alice, Cancellation);
        using var bob = await bench.ClientOfAsync(estate.Bob, Cancellation);
        using var newcomer = await bench.ClientOfAsync(bench.GitHub.AddUser("newcomer"), Cancellation);

        Assert.Equal(["alpha/shop", "beta/shop", "gamma/local"], await NamesAsync(admin));
        Assert.Equal(["alpha/shop"], await NamesAsync(alice));
        Assert.Equal(["beta/shop"], await NamesAsync(bob));
        Assert.Empty(await NamesAsync(newcomer));
        var overview = await alice.GetFromJsonAsync<OverviewResponse>(ApiRoutes.Overview, SignInBench.Json, Cancellation);
        Assert.Equal((1, 1), (overview!.Repositories, overview.Open.Total));
        var run = (await bob.GetFromJsonAsync<CustomRuleDetail>($"{ApiRoutes.CustomRules}/{Tenant.SharedRule}", SignInBench.Json, Cancellation))!.Versions[0].DryRun!;
        Assert.Equal(("beta/shop", 3), (Assert.Single(run.Repositories).Name, run.Added));
        var people = await admin.GetFromJsonAsync<List<PersonSummary>>(ApiRoutes.People, SignInBench.Json, Cancellation);
        Assert.Equal([("admin", null), ("alice", 1), ("bob", 1), ("newcomer", 0)], people!.Select(person => (person.Login, person.Repositories)));
    }

    [Fact]
    public async Task Change_AtGitHub_IsSeenWhenTheAnswerIsOldOrAWebhookTells()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);
        var estate = await Estate.AddAsync(bench);
        using var admin = await bench.ClientOfAsync(estate.Admin, Cancellation);
        using var alice = await bench.ClientOfAsync(estate.Alice, Cancellation);
        Assert.Equal(["alpha/shop"], await NamesAsync(alice));

        estate.Beta.AtGitHub!.Collaborators["alice"] = "read";
        await bench.PassAsync(MaxAge - TimeSpan.FromSeconds(1), Cancellation);
        Assert.Equal(["alpha/shop"], await NamesAsync(alice));
        await bench.PassAsync(TimeSpan.FromSeconds(1), Cancellation);
        Assert.Equal(["alpha/shop", "beta/shop"], await NamesAsync(alice));

        estate.Beta.AtGitHub.Collaborators.Remove("alice");
        using var told = await new SignedWebhook("member", """{"action":"removed"}""").PostAsync(bench.Api.Anonymous, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, told.StatusCode);
        await bench.PassAsync(TimeSpan.FromSeconds(1), Cancellation);
        Assert.Equal(["alpha/shop"], await NamesAsync(alice));
        using var gone = await alice.GetAsync($"{ApiRoutes.Findings}/{estate.Beta.FindingId}", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task GitHub_Down_TheLastAnswerHoldsForAnHourAndThenNothingIsSeen()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation, settings: ("GitHub:MaxRetries", "0"));
        var estate = await Estate.AddAsync(bench);
        using var admin = await bench.ClientOfAsync(estate.Admin, Cancellation);
        using var alice = await bench.ClientOfAsync(estate.Alice, Cancellation);
        Assert.Equal(["alpha/shop"], await NamesAsync(alice));
        bench.GitHub.Faults.Next("GET", "/user/installations*", new FakeFault.Status(502), times: 1000);

        await bench.PassAsync(TimeSpan.FromMinutes(50), Cancellation);
        Assert.Equal(["alpha/shop"], await NamesAsync(alice));
        await bench.PassAsync(TimeSpan.FromMinutes(11), Cancellation);

        Assert.Empty(await NamesAsync(alice));
        Assert.Equal(3, (await NamesAsync(admin)).Count);
        Assert.Contains(bench.Logs, line => line.Contains("GitHub did not say what person", StringComparison.Ordinal));
    }

    [Fact]
    public async Task GitHub_NoLongerVouching_EndsTheSessions()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation, settings: ("GITHUB_ALLOWED_ORGS", "acme"));
        var acme = bench.GitHub.AddOrganization("acme");
        foreach (var login in new[] { "admin", "alice", "bob" }) acme.Members[login] = false;
        var estate = await Estate.AddAsync(bench);
        using var admin = await bench.ClientOfAsync(estate.Admin, Cancellation);
        using var alice = await bench.ClientOfAsync(estate.Alice, Cancellation);
        using var bob = await bench.ClientOfAsync(estate.Bob, Cancellation);
        Assert.Equal((1, 1), ((await NamesAsync(alice)).Count, (await NamesAsync(bob)).Count));

        acme.Members.Remove("alice");
        bench.GitHub.Tokens.RevokeAll(estate.Bob);
        await bench.PassAsync(MaxAge, Cancellation);
        // The request by which it is found out is still answered, with nothing in it.
        foreach (var client in new[] { alice, bob })
            Assert.Empty((await client.GetFromJsonAsync<Page<RepositorySummary>>(ApiRoutes.Repositories, SignInBench.Json, Cancellation))!.Items);

        Assert.Equal(HttpStatusCode.Unauthorized, (await alice.GetAsync(ApiRoutes.Repositories, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await bob.GetAsync(ApiRoutes.Repositories, Cancellation)).StatusCode);
        Assert.Equal(
            ["person.github-refused", "person.left-organisations"],
            await bench.Api.QueryAsync(db => db.AuditLog.Where(entry => entry.Actor == "sentinel").Select(entry => entry.Action).Order().ToListAsync(Cancellation)));
    }

    [Fact]
    public async Task Token_ThatEnds_IsRefreshedOnceByWhicheverReplicaComesFirst()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);
        bench.GitHub.OAuth.Expiry = TimeSpan.FromHours(8);
        var other = await bench.AddReplicaAsync(Cancellation);
        var estate = await Estate.AddAsync(bench);
        using var admin = await bench.ClientOfAsync(estate.Admin, Cancellation);
        var session = await bench.SignInAsync(estate.Alice, Cancellation);
        using var here = bench.Api.With(session.Token);
        using var there = other.With(session.Token);
        Assert.Equal(["alpha/shop"], await NamesAsync(here));

        for (var day = 0; day < 2; day++)
        {
            await bench.PassAsync(TimeSpan.FromHours(9), Cancellation);
            var both = await Task.WhenAll(NamesAsync(here), NamesAsync(there));
            Assert.Equal([["alpha/shop"], ["alpha/shop"]], both);
        }

        Assert.Equal(2, bench.GitHub.CallsOf("POST", "/login/oauth/access_token").Count - 2);
        Assert.Equal(1, (await bench.Api.QueryAsync(db => db.People.SingleAsync(person => person.Login == "alice", Cancellation))).SessionVersion);
    }

    [Fact]
    public async Task ApiToken_NeverGoesBeyondItsOwner()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);
        var estate = await Estate.AddAsync(bench);
        using var admin = await bench.ClientOfAsync(estate.Admin, Cancellation);
        using var alice = await bench.ClientOfAsync(estate.Alice, Cancellation);
        await SetRoleAsync(bench, admin, "alice", Role.Triager);
        using var stronger = await alice.PostAsJsonAsync(ApiRoutes.Tokens, new CreateTokenRequest("x", Role.Admin, 1), SignInBench.Json, Cancellation);
        var made = await CreateTokenAsync(alice, Role.Triager, days: 2);
        using var token = bench.Api.With(made.Token);

        Assert.Equal(HttpStatusCode.Forbidden, stronger.StatusCode);
        Assert.Equal(["alpha/shop"], await NamesAsync(token));
        Assert.Equal(HttpStatusCode.OK, (await DismissAsync(token, estate.Alpha)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await DismissAsync(token, estate.Beta)).StatusCode);
        var child = await CreateTokenAsync(token, Role.Viewer, days: 300);
        Assert.Equal(made.ExpiresAt, child.ExpiresAt);
        Assert.Equal(HttpStatusCode.NotFound, (await (await bench.ClientOfAsync(estate.Bob, Cancellation)).DeleteAsync($"{ApiRoutes.Tokens}/{made.Id}", Cancellation)).StatusCode);

        await SetRoleAsync(bench, admin, "alice", Role.Viewer);
        Assert.Equal(HttpStatusCode.Forbidden, (await DismissAsync(token, estate.Alpha)).StatusCode);
        Assert.Equal(Role.Viewer, (await token.GetFromJsonAsync<SessionInfo>(ApiRoutes.Session, SignInBench.Json, Cancellation))!.Role);

        // Signed out everywhere, nobody can say any more what the owner may see.
        using var end = await alice.DeleteAsync(ApiRoutes.Session + "/all", Cancellation);
        Assert.Empty(await NamesAsync(token));
        bench.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(HttpStatusCode.Unauthorized, (await token.GetAsync(ApiRoutes.Session, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Triager_StartsScansOfWhatTheySeeAndOfNothingElse()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation, settings: ("SENTINEL_GIT_ALLOWED_HOSTS", "127.0.0.1"), environment: "Development");
        var estate = await Estate.AddAsync(bench);
        using var admin = await bench.ClientOfAsync(estate.Admin, Cancellation);
        using var alice = await bench.ClientOfAsync(estate.Alice, Cancellation);
        await SetRoleAsync(bench, admin, "alice", Role.Triager);
        async Task<HttpStatusCode> ScanAsync(HttpClient client, string url)
        {
            using var answer = await client.PostAsJsonAsync(ApiRoutes.Scans, new CreateScanRequest(url, null), SignInBench.Json, Cancellation);
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.Accepted, await ScanAsync(alice, estate.Alpha.CloneUrl));
        Assert.Equal(HttpStatusCode.NotFound, await ScanAsync(alice, estate.Beta.CloneUrl));
        Assert.Equal(HttpStatusCode.NotFound, await ScanAsync(alice, new Uri(bench.GitHub.Url, "nobody/nothing.git").ToString()));
        Assert.Equal(HttpStatusCode.Accepted, await ScanAsync(admin, new Uri(bench.GitHub.Url, "nobody/nothing.git").ToString()));
        Assert.Equal(4, await bench.Api.QueryAsync(db => db.Repositories.CountAsync(Cancellation)));
    }

    [Fact]
    public async Task LastAdministrator_CannotStepDown()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);
        var (first, second) = (bench.GitHub.AddUser("first"), bench.GitHub.AddUser("second"));
        using var admin = await bench.ClientOfAsync(first, Cancellation);
        using var other = await bench.ClientOfAsync(second, Cancellation);
        var people = await admin.GetFromJsonAsync<List<PersonSummary>>(ApiRoutes.People, SignInBench.Json, Cancellation);
        var (one, two) = (people!.Single(p => p.Login == "first").Id, people!.Single(p => p.Login == "second").Id);

        using var alone = await admin.PostAsJsonAsync($"{ApiRoutes.People}/{one}/role", new ChangeRoleRequest(Role.Viewer), SignInBench.Json, Cancellation);
        await SetRoleAsync(bench, admin, "second", Role.Admin);
        // Each demotes the other at the same moment.
        var both = await Task.WhenAll(
            admin.PostAsJsonAsync($"{ApiRoutes.People}/{two}/role", new ChangeRoleRequest(Role.Viewer), SignInBench.Json, Cancellation),
            other.PostAsJsonAsync($"{ApiRoutes.People}/{one}/role", new ChangeRoleRequest(Role.Viewer), SignInBench.Json, Cancellation));

        Assert.Equal(HttpStatusCode.Conflict, alone.StatusCode);
        Assert.True(await bench.Api.QueryAsync(db => db.People.AnyAsync(person => person.Role == Role.Admin, Cancellation)));
        Assert.Contains(both, answer => answer.StatusCode == HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task LiveEvents_AreOfOnesOwnRepositoriesAndEndWithTheSession()
    {
        await using var redis = await TestRedis.StartAsync(RedisServer.Garnet, Cancellation);
        await using var bench = await SignInBench.StartAsync(Cancellation, redis: redis.ConnectionString);
        var estate = await Estate.AddAsync(bench);
        using var admin = await bench.ClientOfAsync(estate.Admin, Cancellation);
        using var alice = await bench.ClientOfAsync(estate.Alice, Cancellation);
        using var answer = await alice.GetAsync(ApiRoutes.Events, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        var events = SseParser.Create(await answer.Content.ReadAsStreamAsync(Cancellation)).EnumerateAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        await events.MoveNextAsync();
        var bus = bench.Api.Services.GetRequiredService<IScanProgressBus>();
        var now = bench.Clock.GetUtcNow();
        var seen = new List<string>();
        var reading = Task.Run(async () =>
        {
            while (await events.MoveNextAsync())
            {
                if (events.Current.EventType != "heartbeat") lock (seen) seen.Add(events.Current.Data);
            }
        }, Cancellation);

        // The subscription begins with the stream's second read.
        for (var i = 0; i < 100 && Count() == 0; i++)
        {
            await bus.PublishAsync(new LiveEvent("findings.changed", now, estate.Beta.RepositoryId, null, estate.Beta.FindingId, null), Cancellation);
            await bus.PublishAsync(new LiveEvent("scan.queued", now, null, estate.Beta.ScanId, null, null), Cancellation);
            await bus.PublishAsync(new LiveEvent("scan.queued", now, null, estate.Alpha.ScanId, null, null), Cancellation);
            await Task.Delay(50, Cancellation);
        }

        using var end = await alice.DeleteAsync(ApiRoutes.Session, Cancellation);
        while (!reading.IsCompleted)
        {
            await bus.PublishAsync(new LiveEvent("findings.changed", now, estate.Alpha.RepositoryId, null, estate.Alpha.FindingId, null), Cancellation);
            await Task.Delay(50, Cancellation);
        }

        await reading;
        Assert.NotEmpty(seen);
        Assert.All(seen, data => Assert.Equal(estate.Alpha.ScanId, System.Text.Json.JsonSerializer.Deserialize<LiveEvent>(data, SignInBench.Json)!.ScanId));

        int Count()
        {
            lock (seen) return seen.Count;
        }
    }

    private static async Task<List<string>> NamesAsync(HttpClient client)
    {
        var repositories = await client.GetFromJsonAsync<Page<RepositorySummary>>(ApiRoutes.Repositories, SignInBench.Json, Cancellation);
        var scans = await client.GetFromJsonAsync<Page<ScanSummary>>(ApiRoutes.Scans, SignInBench.Json, Cancellation);
        var findings = await client.GetFromJsonAsync<Page<FindingSummary>>(ApiRoutes.Findings, SignInBench.Json, Cancellation);
        var names = repositories!.Items.Select(item => item.FullName).ToList();
        // Three lists, one answer to who sees what.
        Assert.Equal(names, scans!.Items.Select(item => item.RepositoryName).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(names, findings!.Items.Select(item => item.RepositoryName).Distinct().Order(StringComparer.Ordinal));
        return names;
    }

    private static async Task<HttpResponseMessage> DismissAsync(HttpClient client, Tenant tenant) => await client.PostAsJsonAsync(
        $"{ApiRoutes.Findings}/{tenant.FindingId}/dismiss", new DismissRequest(DismissReason.FalsePositive, "It is none.", null), SignInBench.Json, Cancellation);

    private static async Task<TokenCreated> CreateTokenAsync(HttpClient client, Role role, int days)
    {
        using var answer = await client.PostAsJsonAsync(ApiRoutes.Tokens, new CreateTokenRequest("ci", role, days), SignInBench.Json, Cancellation);
        return (await answer.Content.ReadFromJsonAsync<TokenCreated>(SignInBench.Json, Cancellation))!;
    }

    private static async Task SetRoleAsync(SignInBench bench, HttpClient admin, string login, Role role)
    {
        var id = await bench.Api.QueryAsync(db => db.People.Where(person => person.Login == login).Select(person => person.Id).SingleAsync(Cancellation));
        using var answer = await admin.PostAsJsonAsync($"{ApiRoutes.People}/{id}/role", new ChangeRoleRequest(role), SignInBench.Json, Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    /// <summary>Two organisations at GitHub with a private repository each, and one that was added by its address.</summary>
    private sealed record Estate(FakeAccount Admin, FakeAccount Alice, FakeAccount Bob, Tenant Alpha, Tenant Beta, Tenant Local)
    {
        public static async Task<Estate> AddAsync(SignInBench bench)
        {
            var (admin, alice, bob) = (bench.GitHub.AddUser("admin"), bench.GitHub.AddUser("alice"), bench.GitHub.AddUser("bob"));
            bench.GitHub.AddOrganization("alpha").Members["alice"] = false;
            bench.GitHub.AddOrganization("beta").Members["bob"] = true;
            var (shop, other) = (bench.GitHub.AddRepository("alpha/shop", isPrivate: true), bench.GitHub.AddRepository("beta/shop", isPrivate: true));
            bench.GitHub.Install("alpha");
            bench.GitHub.Install("beta");
            var now = bench.Clock.GetUtcNow();
            return new Estate(
                admin, alice, bob,
                await Tenant.AddAsync(bench.Api, "alpha", shop, now, Cancellation),
                await Tenant.AddAsync(bench.Api, "beta", other, now, Cancellation),
                await Tenant.AddAsync(bench.Api, "gamma", repository: null, now, Cancellation));
        }
    }
}
