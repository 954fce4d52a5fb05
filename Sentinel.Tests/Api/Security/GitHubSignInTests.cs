using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts;
using Sentinel.Contracts.Sessions;
using Sentinel.Data.GitHubApps;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.Api.Security;

public sealed class GitHubSignInTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SignIn_WithGitHub_GivesANewSessionAndTheReturnUrl(bool enterprise)
    {
        await using var bench = await SignInBench.StartAsync(Cancellation, enterprise);
        bench.GitHub.OAuth.RequiresChallenge = true;
        var alice = bench.GitHub.AddUser("alice");
        var started = await bench.StartSignInAsync(Cancellation, "/findings?severity=critical");

        using var answer = await bench.CompleteAsync(await bench.VisitGitHubAsync(started, alice, Cancellation), Cancellation);

        var done = await answer.Content.ReadFromJsonAsync<GitHubSignInDone>(SignInBench.Json, Cancellation);
        Assert.Equal(("/findings?severity=critical", "alice", Role.Admin), (done!.ReturnUrl, done.Session.Login, done.Session.Role));
        using var client = bench.Api.With(done.Session.Token);
        var info = await client.GetFromJsonAsync<SessionInfo>(ApiRoutes.Session, SignInBench.Json, Cancellation);
        Assert.Equal(("alice", Role.Admin, false), (info!.Login, info.Role, info.IsApiToken));
        Assert.Equal(bench.Clock.GetUtcNow() + TimeSpan.FromDays(30), info.ExpiresAt);
        Assert.Equal(new SignInOptions(Local: false, GitHub: true), await bench.Api.Anonymous.GetFromJsonAsync<SignInOptions>(ApiRoutes.Session + "/options", SignInBench.Json, Cancellation));
        Assert.Equal(["person.added", "person.made-administrator", "session.created"], await bench.Api.QueryAsync(db => db.AuditLog.OrderBy(entry => entry.Action).Select(entry => entry.Action).ToListAsync(Cancellation)));

        var again = await bench.SignInAsync(alice, Cancellation);
        Assert.NotEqual(done.Session.Token, again.Token);
        Assert.Equal(1, await bench.Api.QueryAsync(db => db.People.CountAsync(Cancellation)));
    }

    [Fact]
    public async Task SignIn_WhereAnAccountOwnsTheApp_MakesNobodyElseAdministrator()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);
        var (stranger, owner) = (bench.GitHub.AddUser("mallory"), bench.GitHub.AddUser("alice"));
        (bench.GitHub.App.Owner, bench.FirstOwnsApp) = (owner, false);

        Assert.Equal(Role.Viewer, (await bench.SignInAsync(stranger, Cancellation)).Role);
        Assert.Equal(Role.Admin, (await bench.SignInAsync(owner, Cancellation)).Role);
        Assert.Equal(Role.Viewer, (await bench.SignInAsync(stranger, Cancellation)).Role);
    }

    [Fact]
    public async Task SignIn_WhereAnOrganisationOwnsTheApp_MakesOnlyOneOfItsOwnersAdministrator()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);
        var acme = bench.GitHub.AddOrganization("acme");
        (bench.GitHub.App.Owner, bench.FirstOwnsApp) = (acme, false);
        (acme.Members["wilma"], acme.Members["olivia"]) = (false, true);
        bench.GitHub.AddOrganization("elsewhere").Members["mallory"] = true;

        Assert.Equal(Role.Viewer, (await bench.SignInAsync(bench.GitHub.AddUser("mallory"), Cancellation)).Role);
        Assert.Equal(Role.Viewer, (await bench.SignInAsync(bench.GitHub.AddUser("wilma"), Cancellation)).Role);
        Assert.Equal(Role.Admin, (await bench.SignInAsync(bench.GitHub.AddUser("olivia"), Cancellation)).Role);
    }

    [Fact]
    public async Task SignIn_WithAnAppWhoseSecretsCannotBeOpened_MakesNobodyAdministrator()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation, settings: [("GITHUB_APP_ID", ""), ("GITHUB_APP_PRIVATE_KEY", "")]);
        await bench.Api.QueryAsync(db =>
        {
            db.GitHubApps.Add(new GitHubApp
            {
                AppId = 1,
                Slug = "sentinel",
                Name = "Sentinel",
                OwnerLogin = "alice",
                OwnedByOrganization = false,
                HtmlUrl = "https://github.example/apps/sentinel",
                ClientId = "client",
                Secrets = [],
                CreatedAt = bench.Clock.GetUtcNow(),
                CreatedBy = "operator",
            });
            return db.SaveChangesAsync(Cancellation);
        });

        Assert.Equal(Role.Viewer, (await bench.SignInAsync(bench.GitHub.AddUser("mallory"), Cancellation)).Role);
    }

    [Fact]
    public async Task SignIn_WhileGitHubDoesNotSayWhoseTheAppIs_MakesAViewer()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);
        var alice = bench.GitHub.AddUser("alice");
        for (var i = 0; i < 20; i++) bench.GitHub.Faults.Next("GET", "/app", new FakeFault.Status(502));

        Assert.Equal(Role.Viewer, (await bench.SignInAsync(alice, Cancellation)).Role);
    }

    [Fact]
    public async Task SignIn_SendsNoSecretThroughTheBrowserAndStoresNoneRaw()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);
        bench.GitHub.OAuth.Expiry = TimeSpan.FromHours(8);
        var started = await bench.StartSignInAsync(Cancellation);
        var query = QueryHelpers.ParseQuery(new Uri(started.AuthorizeUrl).Query);
        Assert.Equal("S256", query["code_challenge_method"]);
        Assert.Equal(43, query["state"].ToString().Length);
        Assert.NotEqual(started.Pending, (await bench.StartSignInAsync(Cancellation)).Pending);

        var completion = await bench.VisitGitHubAsync(started, bench.GitHub.AddUser("alice"), Cancellation);
        using var answer = await bench.CompleteAsync(completion, Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var token = Assert.Single(bench.GitHub.Tokens.All, t => t.StartsWith("ghu_", StringComparison.Ordinal));
        var person = await bench.Api.QueryAsync(db => db.People.SingleAsync(Cancellation));
        Assert.Equal(-1, person.GitHubToken.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(token)));
        Assert.NotNull(person.GitHubRefreshToken);
        var keys = await bench.Api.QueryAsync(db => db.DataProtectionKeys.Select(key => key.Xml).ToListAsync(Cancellation));
        Assert.All(keys, xml => Assert.Contains("AES-256-GCM", xml, StringComparison.Ordinal));
        Assert.NotEmpty(keys);
        Assert.All(keys, xml => Assert.DoesNotContain("masterKey", xml, StringComparison.Ordinal));
        string[] secrets = [token, bench.GitHub.App.ClientSecret, completion.Code!, completion.State!, started.Pending];
        Assert.DoesNotContain(bench.Logs, line => secrets.Any(secret => line.Contains(secret, StringComparison.Ordinal)));
        Assert.DoesNotContain(secrets, secret => started.AuthorizeUrl.Contains(secret, StringComparison.Ordinal) && secret != completion.State);
    }

    [Theory]
    [InlineData("another browser's cookie")]
    [InlineData("no cookie")]
    [InlineData("a cookie of one's own making")]
    [InlineData("another state")]
    [InlineData("no state")]
    [InlineData("too late")]
    public async Task Callback_ThatThisBrowserDidNotBegin_IsRefused(string fault)
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);
        var alice = bench.GitHub.AddUser("alice");
        var completion = await bench.VisitGitHubAsync(await bench.StartSignInAsync(Cancellation), alice, Cancellation);
        var wrong = fault switch
        {
            "another browser's cookie" => completion with { Pending = (await bench.StartSignInAsync(Cancellation)).Pending },
            "no cookie" => completion with { Pending = null },
            "a cookie of one's own making" => completion with { Pending = "CfDJ8" + new string('A', 200) },
            "another state" => completion with { State = completion.State + "x" },
            "no state" => completion with { State = null },
            _ => completion,
        };
        if (fault == "too late") bench.Clock.Advance(TimeSpan.FromMinutes(10));

        using var answer = await bench.CompleteAsync(wrong, Cancellation);

        await AssertProblemAsync(answer, HttpStatusCode.Forbidden, "sign-in-state");
        Assert.Equal(0, await bench.Api.QueryAsync(db => db.People.CountAsync(Cancellation)));
        Assert.Equal(0, await bench.Api.QueryAsync(db => db.AccessTokens.CountAsync(Cancellation)));
        Assert.DoesNotContain(bench.GitHub.Calls, call => call.Path == "/login/oauth/access_token");
    }

    [Fact]
    public async Task Callback_Twice_IsRefusedTheSecondTime()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);
        var completion = await bench.VisitGitHubAsync(await bench.StartSignInAsync(Cancellation), bench.GitHub.AddUser("alice"), Cancellation);

        using var first = await bench.CompleteAsync(completion, Cancellation);
        using var second = await bench.CompleteAsync(completion, Cancellation);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        await AssertProblemAsync(second, HttpStatusCode.Forbidden, "sign-in-code");
        Assert.Equal(1, await bench.Api.QueryAsync(db => db.AccessTokens.CountAsync(Cancellation)));
    }

    [Fact]
    public async Task Callback_Declined_SaysSo()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);

        using var answer = await bench.CompleteAsync(await bench.VisitGitHubAsync(await bench.StartSignInAsync(Cancellation), person: null, Cancellation), Cancellation);

        await AssertProblemAsync(answer, HttpStatusCode.Forbidden, "sign-in-declined");
    }

    [Fact]
    public async Task Callback_GitHubDown_SaysSoAndLeavesNothing()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);
        var alice = bench.GitHub.AddUser("alice");
        bench.GitHub.OAuth.Fault = 502;
        using var exchange = await bench.CompleteAsync(await bench.VisitGitHubAsync(await bench.StartSignInAsync(Cancellation), alice, Cancellation), Cancellation);
        bench.GitHub.OAuth.Fault = null;
        bench.GitHub.Faults.Next("GET", "/user", new Fakes.FakeGitHub.FakeFault.Status(500), times: 10);
        using var user = await bench.CompleteAsync(await bench.VisitGitHubAsync(await bench.StartSignInAsync(Cancellation), alice, Cancellation), Cancellation);

        await AssertProblemAsync(exchange, HttpStatusCode.ServiceUnavailable, "sign-in-unavailable");
        await AssertProblemAsync(user, HttpStatusCode.ServiceUnavailable, "sign-in-unavailable");
        Assert.Equal(0, await bench.Api.QueryAsync(db => db.People.CountAsync(Cancellation)));
    }

    [Fact]
    public async Task Callback_WithAClientThatGitHubDoesNotKnow_TellsTheOperator()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation, settings: ("GITHUB_CLIENT_SECRET", new string('0', 40)));

        using var answer = await bench.CompleteAsync(await bench.VisitGitHubAsync(await bench.StartSignInAsync(Cancellation), bench.GitHub.AddUser("alice"), Cancellation), Cancellation);

        await AssertProblemAsync(answer, HttpStatusCode.BadGateway, "sign-in-setup");
        Assert.Contains(bench.Logs, line => line.Contains("GITHUB_CLIENT_SECRET", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AllowedOrganisations_LetTheirMembersInAndNobodyElse()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation, settings: ("GITHUB_ALLOWED_ORGS", "acme, labs"));
        var (member, stranger) = (bench.GitHub.AddUser("member"), bench.GitHub.AddUser("stranger"));
        bench.GitHub.AddOrganization("acme");
        bench.GitHub.AddOrganization("labs").Members["member"] = false;
        bench.GitHub.AddOrganization("elsewhere").Members["stranger"] = true;
        (bench.GitHub.App.Owner, bench.FirstOwnsApp) = (member, false);

        using var refused = await bench.CompleteAsync(await bench.VisitGitHubAsync(await bench.StartSignInAsync(Cancellation), stranger, Cancellation), Cancellation);
        var session = await bench.SignInAsync(member, Cancellation);

        await AssertProblemAsync(refused, HttpStatusCode.Forbidden, "sign-in-organisation");
        // Whoever is not let in is nobody, and does not use up being the first.
        Assert.Equal(("member", Role.Admin), (session.Login, session.Role));
        Assert.Equal(["member"], await bench.Api.QueryAsync(db => db.People.Select(person => person.Login).ToListAsync(Cancellation)));
    }

    [Fact]
    public async Task FirstOfManyAtOnce_IsTheOnlyAdministrator()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);
        var second = await bench.AddReplicaAsync(Cancellation);
        var acme = bench.GitHub.AddOrganization("acme");
        (bench.GitHub.App.Owner, bench.FirstOwnsApp) = (acme, false);
        for (var i = 0; i < 8; i++) acme.Members[$"person-{i}"] = true;
        var arrivals = new List<Contracts.Sessions.GitHubSignInCompletion>();
        for (var i = 0; i < 8; i++)
            arrivals.Add(await bench.VisitGitHubAsync(await bench.StartSignInAsync(Cancellation), bench.GitHub.AddUser($"person-{i}"), Cancellation));

        var sessions = await Task.WhenAll(arrivals.Select(async (arrival, i) =>
        {
            using var answer = await bench.CompleteAsync(arrival, Cancellation, i % 2 == 0 ? bench.Api : second);
            return (await answer.Content.ReadFromJsonAsync<GitHubSignInDone>(SignInBench.Json, Cancellation))!.Session;
        }));

        Assert.Single(sessions, session => session.Role == Role.Admin);
        Assert.Equal(7, sessions.Count(session => session.Role == Role.Viewer));
    }

    [Fact]
    public async Task Session_BegunAtOneReplica_IsFinishedAndHoldsAtAnother()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);
        var other = await bench.AddReplicaAsync(Cancellation);
        var started = await bench.StartSignInAsync(Cancellation);

        using var answer = await bench.CompleteAsync(await bench.VisitGitHubAsync(started, bench.GitHub.AddUser("alice"), Cancellation), Cancellation, other);
        var session = (await answer.Content.ReadFromJsonAsync<GitHubSignInDone>(SignInBench.Json, Cancellation))!.Session;
        using var client = bench.Api.With(session.Token);

        Assert.Equal("alice", (await client.GetFromJsonAsync<SessionInfo>(ApiRoutes.Session, SignInBench.Json, Cancellation))!.Login);
    }

    [Fact]
    public async Task SignOutEverywhere_EndsEverySessionOfThePersonAndForgetsTheToken()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);
        var replica = await bench.AddReplicaAsync(Cancellation);
        var (alice, bob) = (bench.GitHub.AddUser("alice"), bench.GitHub.AddUser("bob"));
        using var laptop = await bench.ClientOfAsync(alice, Cancellation);
        using var phone = await bench.ClientOfAsync(alice, Cancellation, replica);
        using var others = await bench.ClientOfAsync(bob, Cancellation);
        using var made = await laptop.PostAsJsonAsync(ApiRoutes.Tokens, new CreateTokenRequest("ci", Role.Admin, 1), SignInBench.Json, Cancellation);
        using var ci = bench.Api.With((await made.Content.ReadFromJsonAsync<TokenCreated>(SignInBench.Json, Cancellation))!.Token);
        Assert.Equal(HttpStatusCode.OK, (await phone.GetAsync(ApiRoutes.Session, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await ci.DeleteAsync(ApiRoutes.Session + "/all", Cancellation)).StatusCode);

        using var end = await laptop.DeleteAsync(ApiRoutes.Session + "/all", Cancellation);

        Assert.Equal(HttpStatusCode.NoContent, end.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await laptop.GetAsync(ApiRoutes.Session, Cancellation)).StatusCode);
        await bench.PassAsync(TimeSpan.Zero, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, (await phone.GetAsync(ApiRoutes.Session, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await others.GetAsync(ApiRoutes.Session, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await ci.GetAsync(ApiRoutes.Session, Cancellation)).StatusCode);
        var person = await bench.Api.QueryAsync(db => db.People.SingleAsync(row => row.Login == "alice", Cancellation));
        Assert.Equal((2, null, null), (person.SessionVersion, person.GitHubToken, person.GitHubRefreshToken));
        using var back = await bench.ClientOfAsync(alice, Cancellation);
        Assert.Equal(HttpStatusCode.OK, (await back.GetAsync(ApiRoutes.Session, Cancellation)).StatusCode);
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("https://evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("findings")]
    public async Task ReturnUrl_ThatLeavesTheDashboard_LeadsHome(string url)
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);
        var started = await bench.StartSignInAsync(Cancellation, url);

        using var answer = await bench.CompleteAsync(await bench.VisitGitHubAsync(started, bench.GitHub.AddUser("alice"), Cancellation), Cancellation);

        Assert.Equal("/", (await answer.Content.ReadFromJsonAsync<GitHubSignInDone>(SignInBench.Json, Cancellation))!.ReturnUrl);
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://user@sentinel.example/auth/github/callback")]
    [InlineData("https://sentinel.example/auth/github/callback?next=x")]
    [InlineData("https://sentinel.example/elsewhere")]
    public async Task RedirectUri_ThatIsNotTheCallback_IsRefused(string url)
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);

        using var answer = await bench.Api.Anonymous.PostAsJsonAsync(ApiRoutes.Session + "/github", new GitHubSignInRequest(url, null), SignInBench.Json, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task SignIn_NotSetUp_IsRefusedAndNotOffered()
    {
        await using var api = await ApiServer.StartAsync(Cancellation, "Production");

        using var start = await api.Anonymous.PostAsJsonAsync(ApiRoutes.Session + "/github", new GitHubSignInRequest(SignInBench.Callback, null), SignInBench.Json, Cancellation);
        using var complete = await api.Anonymous.PostAsJsonAsync(ApiRoutes.Session + "/github/complete", new GitHubSignInCompletion("x", "y", "z", null), SignInBench.Json, Cancellation);

        await AssertProblemAsync(start, HttpStatusCode.Forbidden, "sign-in-off");
        await AssertProblemAsync(complete, HttpStatusCode.Forbidden, "sign-in-off");
    }

    [Fact]
    public async Task LocalSignIn_WhereGitHubIsSetUp_IsRefused()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation, environment: "Development");

        using var answer = await bench.Api.Anonymous.PostAsync(ApiRoutes.Session + "/local", null, Cancellation);

        await AssertProblemAsync(answer, HttpStatusCode.Forbidden, "local-sign-in-refused");
    }

    [Fact]
    public async Task ClientSecret_Changed_OldKeysOpenNothingAndPeopleSignInAgain()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);
        await bench.SignInAsync(bench.GitHub.AddUser("first"), Cancellation);
        var bob = bench.GitHub.AddUser("bob");
        using var client = await bench.ClientOfAsync(bob, Cancellation);
        var started = await bench.StartSignInAsync(Cancellation);
        var changed = await bench.AddReplicaAsync(Cancellation, settings: ("GITHUB_CLIENT_SECRET", new string('a', 40)));
        using var atChanged = changed.With(client.DefaultRequestHeaders.Authorization!.Parameter!);

        using var pending = await bench.CompleteAsync(await bench.VisitGitHubAsync(started, bob, Cancellation), Cancellation, changed);
        using var repositories = await atChanged.GetAsync(ApiRoutes.Repositories, Cancellation);
        await bench.PassAsync(TimeSpan.Zero, Cancellation);
        using var after = await atChanged.GetAsync(ApiRoutes.Repositories, Cancellation);
        var fresh = await bench.StartSignInAsync(Cancellation, api: changed);

        await AssertProblemAsync(pending, HttpStatusCode.Forbidden, "sign-in-state");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (repositories.StatusCode, after.StatusCode));
        Assert.NotEmpty(fresh.Pending);
    }

    private static async Task AssertProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string type)
    {
        var problem = await answer.Content.ReadFromJsonAsync<ProblemDetails>(Cancellation);
        Assert.Equal((status, "urn:sentinel:problem:" + type), (answer.StatusCode, problem!.Type));
    }
}
