using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.Api;
using Sentinel.Contracts;
using Sentinel.Contracts.GitHubApps;
using Sentinel.Contracts.Scans;
using Sentinel.Contracts.Sessions;
using Sentinel.GitHub;
using Sentinel.GitHub.App;
using Sentinel.Tests.Api.Security;
using Sentinel.Tests.EndToEnd;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Support;
using Sentinel.Worker;

namespace Sentinel.Tests.Api.GitHubApps;

public sealed class MakeGitHubAppTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task App_MadeForAnOrganization_IsUsedAtOnceForEverything()
    {
        await using var bench = await AppBench.StartAsync(Cancellation);
        bench.GitHub.AddOrganization("acme", bench.GitHub.Account("ada")!);
        using var admin = await bench.Api.AsAsync(Role.Admin, Cancellation);
        Assert.Equal(
            new GitHubAppStatus(GitHubAppSource.None, null, null, null, null, null, null, null, null, null, null, bench.GitHub.Url.AbsoluteUri),
            await AppBench.StatusAsync(admin, Cancellation));

        var made = await AppBench.MakeAsync(bench, Cancellation, "acme");

        var web = bench.GitHub.Url.AbsoluteUri;
        Assert.Equal(
            new GitHubAppStatus(
                GitHubAppSource.Dashboard, bench.GitHub.App.Id, "sentinel--acme", "Sentinel (acme)", "acme", $"{web}organizations/acme/settings/apps/sentinel--acme",
                $"{web}apps/sentinel--acme/installations/new", bench.Clock.GetUtcNow(), "test-Admin", null, null, web),
            made);
        Assert.Equal(made, await AppBench.StatusAsync(admin, Cancellation));
        // The App signs: GitHub was asked who it is, with a token that it verified.
        Assert.Equal([200, 200], bench.GitHub.CallsOf("GET", "/app").Select(call => call.Status == 304 ? 200 : call.Status));
        // Its webhooks are taken, and private repositories can be scanned.
        bench.GitHub.Hook.Url = new Uri(bench.Api.Address, ApiRoutes.GitHubWebhooks);
        var delivery = await bench.GitHub.Hook.DeliverAsync("installation", HookPayloads.Installed(bench.GitHub.Install("acme"), bench.GitHub.AddRepository("acme/secret", isPrivate: true)), Cancellation);
        Assert.Equal(202, delivery.StatusCode);
        Assert.Equal([new InstalledAccount("acme", 1, 1)], (await AppBench.StatusAsync(admin, Cancellation)).Installed);
        Assert.Equal([ScanKind.Scheduled], await bench.Api.QueryAsync(db => db.Scans.Select(scan => scan.Kind).ToListAsync(Cancellation)));
        // People sign in through it.
        Assert.Equal("ada", (await bench.SignInAsync(bench.GitHub.Account("ada")!, Cancellation)).Login);
    }

    [Fact]
    public async Task App_OfSomebody_HasItsPagesBelowTheirSettings()
    {
        await using var bench = await AppBench.StartAsync(Cancellation);

        var made = await AppBench.MakeAsync(bench, Cancellation);

        Assert.Equal(("ada", $"{bench.GitHub.Url}settings/apps/sentinel--acme"), (made.Owner, made.SettingsUrl));
    }

    [Fact]
    public async Task Webhook_SignedWithTheConfiguredSecretOrTheApps_IsTakenAndNothingElse()
    {
        await using var bench = await AppBench.StartAsync(Cancellation);
        await AppBench.MakeAsync(bench, Cancellation);
        var push = GitHubDelivery.PushOf("acme/shop", bench.GitHub.Url, "refs/heads/main", "main", new string('a', 40), new string('b', 40));

        using var configured = await push.PostAsync(bench.Api.Anonymous, ApiServer.WebhookSecret, null, Cancellation);
        using var apps = await GitHubDelivery.PushOf("acme/shop", bench.GitHub.Url, "refs/heads/main", "main", new string('a', 40), new string('c', 40))
            .PostAsync(bench.Api.Anonymous, bench.GitHub.App.WebhookSecret, null, Cancellation);
        using var wrong = await push.PostAsync(bench.Api.Anonymous, "another secret", null, Cancellation);

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.Unauthorized), (configured.StatusCode, apps.StatusCode, wrong.StatusCode));
    }

    [Fact]
    public async Task Secrets_AreInNoAnswerNoLogNoRecordAndNotRawInTheDatabase()
    {
        await using var bench = await AppBench.StartAsync(Cancellation);
        using var admin = await bench.Api.AsAsync(Role.Admin, Cancellation);
        var manifest = await AppBench.BeginAsync(admin, AppBench.Request(bench), Cancellation);
        var completion = await AppBench.VisitGitHubAsync(manifest, Cancellation);
        using var answer = await AppBench.CompleteAsync(admin, completion, Cancellation);
        using var status = await admin.GetAsync(ApiRoutes.GitHubApp, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        string[] secrets = [.. AppBench.SecretsOf(bench.GitHub.App), completion.Code!, completion.State!, AppBench.Key];
        Assert.Equal(2, await bench.Api.QueryAsync(db => db.AuditLog.CountAsync(entry => entry.SubjectType == "github-app", Cancellation)));
        var row = await bench.Api.QueryAsync(db => db.GitHubApps.SingleAsync(Cancellation));
        Assert.All(secrets, secret => Assert.Equal(-1, row.Secrets.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret))));
        List<string> said =
        [
            await answer.Content.ReadAsStringAsync(Cancellation), await status.Content.ReadAsStringAsync(Cancellation), .. bench.Logs,
            .. (await bench.Api.QueryAsync(db => db.AuditLog.ToListAsync(Cancellation))).Select(entry => $"{entry.SubjectId} {entry.Detail}"),
            $"{completion}", $"{manifest}",
        ];
        Assert.All(said, text => Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal)));
        Assert.NotEmpty(bench.Logs);
    }

    [Theory]
    [InlineData("another administrator's")]
    [InlineData("of one's own making")]
    [InlineData("none")]
    [InlineData("too late")]
    [InlineData("used")]
    public async Task State_ThatIsNotOnesOwnAndFresh_IsRefusedAndGitHubNotAsked(string fault)
    {
        await using var bench = await AppBench.StartAsync(Cancellation);
        using var admin = await bench.Api.AsAsync(Role.Admin, Cancellation);
        using var other = await bench.Api.AsAsync(Role.Admin, Cancellation, "eve");
        var completion = await AppBench.VisitGitHubAsync(await AppBench.BeginAsync(fault == "another administrator's" ? other : admin, AppBench.Request(bench), Cancellation), Cancellation);
        if (fault == "too late") bench.Clock.Advance(TimeSpan.FromMinutes(59) + TimeSpan.FromSeconds(61));
        if (fault == "used")
        {
            using var first = await AppBench.CompleteAsync(admin, completion with { Code = "refused" }, Cancellation);
            await AssertProblemAsync(first, HttpStatusCode.UnprocessableEntity, "github-app-code");
        }
        var before = bench.GitHub.Calls.Count;
        // A token lives for an hour too.
        using var again = fault == "too late" ? await bench.Api.AsAsync(Role.Admin, Cancellation, "late") : await bench.Api.AsAsync(Role.Admin, Cancellation);

        using var answer = await AppBench.CompleteAsync(
            again, fault switch { "of one's own making" => completion with { State = new string('A', 43) }, "none" => completion with { State = null }, _ => completion }, Cancellation);

        await AssertProblemAsync(answer, HttpStatusCode.UnprocessableEntity, "github-app-state");
        Assert.Equal(before, bench.GitHub.Calls.Count);
        Assert.Equal(0, await bench.Api.QueryAsync(db => db.GitHubApps.CountAsync(Cancellation)));
    }

    [Fact]
    public async Task State_OfAnHourAgo_IsRefusedToWhoeverBegan()
    {
        await using var bench = await AppBench.StartAsync(Cancellation);
        await bench.Api.ExecuteAsync("select 1", Cancellation);
        using var admin = await bench.Api.AsAsync(Role.Admin, Cancellation);
        var completion = await AppBench.VisitGitHubAsync(await AppBench.BeginAsync(admin, AppBench.Request(bench), Cancellation), Cancellation);
        await bench.Api.ExecuteAsync("update github_app_attempts set created_at = created_at - interval '1 hour'", Cancellation);

        using var answer = await AppBench.CompleteAsync(admin, completion, Cancellation);

        await AssertProblemAsync(answer, HttpStatusCode.UnprocessableEntity, "github-app-state");
    }

    [Fact]
    public async Task Code_UsedOrUnknownOrMalformed_SaysSo()
    {
        await using var bench = await AppBench.StartAsync(Cancellation);
        using var admin = await bench.Api.AsAsync(Role.Admin, Cancellation);
        foreach (var code in new[] { "unknown", "../../user", "", null })
        {
            var completion = await AppBench.VisitGitHubAsync(await AppBench.BeginAsync(admin, AppBench.Request(bench), Cancellation), Cancellation);

            using var answer = await AppBench.CompleteAsync(admin, completion with { Code = code }, Cancellation);

            await AssertProblemAsync(answer, HttpStatusCode.UnprocessableEntity, "github-app-code");
        }

        Assert.Equal(0, await bench.Api.QueryAsync(db => db.GitHubApps.CountAsync(Cancellation)));
    }

    [Fact]
    public async Task Completion_SentTwiceAtOnce_MakesOneApp()
    {
        await using var bench = await AppBench.StartAsync(Cancellation);
        using var admin = await bench.Api.AsAsync(Role.Admin, Cancellation);
        var completion = await AppBench.VisitGitHubAsync(await AppBench.BeginAsync(admin, AppBench.Request(bench), Cancellation), Cancellation);

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => AppBench.CompleteAsync(admin, completion, Cancellation)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.UnprocessableEntity or HttpStatusCode.Conflict, $"{answer.StatusCode}"));
        Assert.Equal(1, await bench.Api.QueryAsync(db => db.GitHubApps.CountAsync(Cancellation)));
        foreach (var answer in answers) answer.Dispose();
    }

    [Fact]
    public async Task GitHub_ThatDoesNotAnswer_CanBeAskedAgainWithTheSameCode()
    {
        await using var bench = await AppBench.StartAsync(Cancellation);
        using var admin = await bench.Api.AsAsync(Role.Admin, Cancellation);
        var completion = await AppBench.VisitGitHubAsync(await AppBench.BeginAsync(admin, AppBench.Request(bench), Cancellation), Cancellation);
        bench.GitHub.Faults.Next("POST", "*", new FakeFault.Status(502));

        using var first = await AppBench.CompleteAsync(admin, completion, Cancellation);
        using var second = await AppBench.CompleteAsync(admin, completion, Cancellation);

        await AssertProblemAsync(first, HttpStatusCode.ServiceUnavailable, "github-app-unavailable");
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.DoesNotContain(bench.Logs, line => line.Contains(completion.Code!, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SecondApp_WhileThereIsOne_IsRefused(bool configured)
    {
        await using var bench = configured ? await SignInBench.StartAsync(Cancellation, settings: ("SENTINEL_KEY", AppBench.Key)) : await AppBench.StartAsync(Cancellation);
        if (!configured) await AppBench.MakeAsync(bench, Cancellation);
        using var admin = await bench.Api.AsAsync(Role.Admin, Cancellation);

        using var begun = await admin.PostAsJsonAsync(ApiRoutes.GitHubApp + "/manifest", AppBench.Request(bench), SignInBench.Json, Cancellation);
        using var completed = await AppBench.CompleteAsync(admin, new GitHubAppCompletion("code", "state"), Cancellation);
        using var forgotten = await admin.DeleteAsync(ApiRoutes.GitHubApp, Cancellation);

        await AssertProblemAsync(begun, HttpStatusCode.Conflict, "github-app-exists");
        await AssertProblemAsync(completed, HttpStatusCode.Conflict, "github-app-exists");
        Assert.Equal(configured ? HttpStatusCode.Conflict : HttpStatusCode.OK, forgotten.StatusCode);
    }

    [Fact]
    public async Task WithoutAKey_NothingIsStoredAndTheRemedyIsTold()
    {
        await using var bench = await AppBench.StartAsync(Cancellation, ("SENTINEL_KEY", ""));
        using var admin = await bench.Api.AsAsync(Role.Admin, Cancellation);

        using var begun = await admin.PostAsJsonAsync(ApiRoutes.GitHubApp + "/manifest", AppBench.Request(bench), SignInBench.Json, Cancellation);

        var problem = await AssertProblemAsync(begun, HttpStatusCode.Conflict, "github-app-key");
        Assert.Contains("SENTINEL_KEY", problem.Detail, StringComparison.Ordinal);
        Assert.Contains("openssl rand -base64 32", problem.Detail, StringComparison.Ordinal);
        Assert.Equal(problem.Detail, (await AppBench.StatusAsync(admin, Cancellation)).Obstacle);
    }

    [Fact]
    public async Task Forget_DeletesTheKeysAndSaysWhereTheAppIsDeleted()
    {
        await using var bench = await AppBench.StartAsync(Cancellation);
        var made = await AppBench.MakeAsync(bench, Cancellation);
        using var admin = await bench.Api.AsAsync(Role.Admin, Cancellation);

        using var answer = await admin.DeleteAsync(ApiRoutes.GitHubApp, Cancellation);
        using var again = await admin.DeleteAsync(ApiRoutes.GitHubApp, Cancellation);

        Assert.Equal(new GitHubAppForgotten(made.SettingsUrl!), await answer.Content.ReadFromJsonAsync<GitHubAppForgotten>(SignInBench.Json, Cancellation));
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        Assert.Equal(GitHubAppSource.None, (await AppBench.StatusAsync(admin, Cancellation)).Source);
        Assert.Equal(
            ["github-app.begun", "github-app.created", "github-app.forgotten"],
            await bench.Api.QueryAsync(db => db.AuditLog.Where(entry => entry.SubjectType == "github-app").OrderBy(entry => entry.Id).Select(entry => entry.Action).ToListAsync(Cancellation)));
        using var delivery = await GitHubDelivery.PushOf("acme/shop", bench.GitHub.Url, "refs/heads/main", "main", new string('a', 40), new string('b', 40))
            .PostAsync(bench.Api.Anonymous, bench.GitHub.App.WebhookSecret, null, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, delivery.StatusCode);
    }

    [Theory]
    [InlineData("update github_app set app_id = app_id + 1")]
    [InlineData("update github_app set secrets = set_byte(secrets, 100, get_byte(secrets, 100) # 1)")]
    [InlineData("update github_app set secrets = '\\x00'")]
    [InlineData(null)]
    public async Task StoredApp_ThatCannotBeOpened_IsAVisibleFaultAndNoCrash(string? tampering)
    {
        await using var bench = await AppBench.StartAsync(Cancellation);
        await AppBench.MakeAsync(bench, Cancellation);
        if (tampering is not null) await bench.Api.ExecuteAsync(tampering, Cancellation);
        var replica = await bench.AddReplicaAsync(Cancellation, settings: tampering is null ? [("SENTINEL_KEY", new string('x', 40))] : []);
        using var admin = replica.With(await bench.Api.TokenAsync(Role.Admin, Cancellation));

        var status = await AppBench.StatusAsync(admin, Cancellation);
        using var delivery = await GitHubDelivery.PushOf("acme/shop", bench.GitHub.Url, "refs/heads/main", "main", new string('a', 40), new string('b', 40))
            .PostAsync(replica.Anonymous, bench.GitHub.App.WebhookSecret, null, Cancellation);

        Assert.Equal(GitHubAppSource.Dashboard, status.Source);
        Assert.Contains("The App's stored key cannot be opened with SENTINEL_KEY", status.Fault, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, delivery.StatusCode);
        Assert.False(await replica.Services.GetRequiredService<GitHubClients>().HasAppAsync(Cancellation));
        Assert.Single(bench.Logs, line => line.Contains("cannot be opened with SENTINEL_KEY", StringComparison.Ordinal));
        // It can be forgotten all the same.
        using var forgotten = await admin.DeleteAsync(ApiRoutes.GitHubApp, Cancellation);
        Assert.Equal(HttpStatusCode.OK, forgotten.StatusCode);
    }

    [Fact]
    public async Task App_ThatWasDeletedAtGitHub_IsAFaultOnThePage()
    {
        await using var bench = await AppBench.StartAsync(Cancellation);
        await AppBench.MakeAsync(bench, Cancellation);
        bench.GitHub.Replace(new FakeApp());
        using var admin = await bench.Api.AsAsync(Role.Admin, Cancellation);

        Assert.Contains("GitHub does not know this App", (await AppBench.StatusAsync(admin, Cancellation)).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task App_OfTheConfiguration_IsToldWithWhatGitHubKnows()
    {
        await using var bench = await SignInBench.StartAsync(Cancellation);
        using var admin = await bench.Api.AsAsync(Role.Admin, Cancellation);
        var web = bench.GitHub.Url.AbsoluteUri;

        Assert.Equal(
            new GitHubAppStatus(
                GitHubAppSource.Configuration, 424242, "sentinel-test", "Sentinel test", "acme-apps", $"{web}organizations/acme-apps/settings/apps/sentinel-test",
                $"{web}apps/sentinel-test/installations/new", null, null, null, null, web),
            await AppBench.StatusAsync(admin, Cancellation));
    }

    [Fact]
    public async Task Replica_KnowsTheAppWithinSecondsAndKeepsItWhileTheDatabaseIsAway()
    {
        await using var bench = await AppBench.StartAsync(Cancellation);
        var replica = await bench.AddReplicaAsync(Cancellation);
        var apps = replica.Services.GetRequiredService<IGitHubAppSource>();
        Assert.Null(await apps.FindAsync(Cancellation));

        await AppBench.MakeAsync(bench, Cancellation);
        Assert.Null(await apps.FindAsync(Cancellation));
        bench.Clock.Advance(StoredGitHubApp.MaxAge);
        Assert.Equal(bench.GitHub.App.Id, (await apps.FindAsync(Cancellation))?.AppId);
        await bench.Api.ExecuteAsync("alter table github_app rename to github_app_away", Cancellation);
        bench.Clock.Advance(StoredGitHubApp.MaxAge);

        Assert.Equal(bench.GitHub.App.Id, (await apps.FindAsync(Cancellation))?.AppId);
    }

    [Fact]
    public async Task Worker_PicksANewAppUpWithoutARestart()
    {
        await using var bench = await AppBench.StartAsync(Cancellation);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production", ApplicationName = "Sentinel.Worker" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:sentineldb"] = bench.Api.ConnectionString,
            ["ConnectionStrings:redis"] = "127.0.0.1:1,abortConnect=false",
            ["OTEL_METRICS_EXPORTER"] = InProcess.Metrics,
            ["SENTINEL_KEY"] = AppBench.Key,
            ["GITHUB_URL"] = bench.GitHub.Url.ToString(),
            ["GITHUB_API_URL"] = bench.GitHub.ApiUrl.ToString(),
        });
        builder.Services.AddSingleton<TimeProvider>(bench.Clock);
        await using var worker = builder.AddWorker().Build();
        var clients = worker.Services.GetRequiredService<GitHubClients>();
        Assert.False(await clients.HasAppAsync(Cancellation));

        await AppBench.MakeAsync(bench, Cancellation);
        bench.Clock.Advance(StoredGitHubApp.MaxAge);

        Assert.Equal("sentinel--acme", (await clients.App.GetAsync<JsonObject>("app", Cancellation))["slug"]!.GetValue<string>());
        var repository = bench.GitHub.AddRepository("acme/secret", isPrivate: true);
        var installation = bench.GitHub.Install("acme");
        var credential = await worker.Services.GetRequiredService<Sentinel.GitHub.Checkout.GitCredentials>()
            .FindAsync(installation.Id, new Uri(repository.CloneUrl), repository.Id, Cancellation);
        Assert.NotNull(credential);
    }

    [Fact]
    public async Task AdminToken_MadeOnTheCommandLine_MakesTheAppAndEndsAfterAnHour()
    {
        await using var bench = await AppBench.StartAsync(Cancellation);
        var token = await bench.Api.QueryAsync(db => AdminTokenVerb.MakeAsync(db, bench.Clock, Cancellation));
        using var admin = bench.Api.With(token);

        var completion = await AppBench.VisitGitHubAsync(await AppBench.BeginAsync(admin, AppBench.Request(bench), Cancellation), Cancellation);
        using var answer = await AppBench.CompleteAsync(admin, completion, Cancellation);
        await bench.PassAsync(AdminTokenVerb.Lifetime, Cancellation);
        using var later = await admin.GetAsync(ApiRoutes.GitHubApp, Cancellation);

        Assert.Equal("operator", (await answer.Content.ReadFromJsonAsync<GitHubAppStatus>(SignInBench.Json, Cancellation))!.CreatedBy);
        Assert.Equal(HttpStatusCode.Unauthorized, later.StatusCode);
        Assert.Equal(1, await bench.Api.QueryAsync(db => db.AuditLog.CountAsync(entry => entry.Action == "token.created" && entry.Actor == "operator", Cancellation)));
    }

    [Fact]
    public async Task Manifest_WithFaults_NamesEachField()
    {
        await using var bench = await AppBench.StartAsync(Cancellation);
        using var admin = await bench.Api.AsAsync(Role.Admin, Cancellation);

        using var answer = await admin.PostAsJsonAsync(
            ApiRoutes.GitHubApp + "/manifest", new GitHubAppManifestRequest("a/b", " ", "sentinel", "http://sentinel.example/hooks"), SignInBench.Json, Cancellation);

        var problem = (await answer.Content.ReadFromJsonAsync<ValidationProblemDetails>(Cancellation))!;
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(["dashboardUrl", "name", "organization", "webhookUrl"], problem.Errors.Keys.Order(StringComparer.Ordinal));
    }

    private static async Task<ProblemDetails> AssertProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string type)
    {
        Assert.Equal(status, answer.StatusCode);
        var problem = (await answer.Content.ReadFromJsonAsync<ProblemDetails>(Cancellation))!;
        Assert.Equal("urn:sentinel:problem:" + type, problem.Type);
        return problem;
    }
}
