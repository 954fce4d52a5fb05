using System.Net;
using Microsoft.Playwright;
using Sentinel.Contracts.Sessions;
using Sentinel.Tests.Api.Security;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Web.Fakes;

namespace Sentinel.Tests.Web;

/// <summary>Signing in with GitHub in a real browser: the dashboard, the real API and a fake GitHub, each on its own port.</summary>
public sealed class SignInBrowserTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoPeople_EachSeeOnlyTheirsAndSigningOutEverywhereEndsAll()
    {
        await using var browser = await Browsers.LaunchAsync();
        await using var bench = await SignInBench.StartAsync(Stop);
        await using var web = await WebProcess.StartAsync(bench.Api.Address.ToString().TrimEnd('/'), Stop);
        var (admin, alice, bob) = (bench.GitHub.AddUser("admin"), bench.GitHub.AddUser("alice"), bench.GitHub.AddUser("bob"));
        bench.GitHub.AddOrganization("alpha").Members["alice"] = false;
        bench.GitHub.AddOrganization("beta").Members["bob"] = false;
        bench.GitHub.Install("alpha");
        bench.GitHub.Install("beta");
        var now = bench.Clock.GetUtcNow();
        var alpha = await Tenant.AddAsync(bench.Api, "alpha", bench.GitHub.AddRepository("alpha/shop", isPrivate: true), now, Stop);
        var beta = await Tenant.AddAsync(bench.Api, "beta", bench.GitHub.AddRepository("beta/shop", isPrivate: true), now, Stop);
        await bench.SignInAsync(admin, Stop);

        var (hers, faults) = await SignInAsync(browser, bench, web, alice);
        var (his, _) = await SignInAsync(browser, bench, web, bob);
        await AssertSeesAsync(hers, web, alpha, beta);
        await AssertSeesAsync(his, web, beta, alpha);
        Assert.Equal([], faults);

        var (chief, _) = await SignInAsync(browser, bench, web, admin);
        await chief.GotoAsync(web.Url + "/repositories");
        await chief.GetByText("alpha/shop").First.WaitForAsync();
        await chief.GetByText("beta/shop").First.WaitForAsync();
        await chief.GotoAsync(web.Url + "/people");
        await chief.GetByLabel("Role of alice").SelectOptionAsync(nameof(Role.Triager));
        await chief.GotoAsync(web.Url + "/audit");
        await chief.GetByText("person.role-changed").First.WaitForAsync();
        await Task.Delay(Sentinel.Api.Security.TokenDirectory.MaxAge, Stop);
        await hers.GotoAsync(web.Url + "/findings");
        await hers.Locator(".person-menu .who", new() { HasText = "Triager" }).WaitForAsync();
        Assert.Equal(0, await hers.GetByText("People", new() { Exact = true }).CountAsync());

        var (phone, _) = await SignInAsync(browser, bench, web, alice);
        var signOut = phone.GetByRole(AriaRole.Button, new() { Name = "Sign out everywhere" });
        // The page is drawn anew when it becomes interactive, which closes a menu that was opened before.
        for (var tries = 0; tries < 20 && !await signOut.IsVisibleAsync(); tries++)
        {
            await phone.Locator(".person-menu > summary").ClickAsync();
            await phone.WaitForTimeoutAsync(500);
        }
        await signOut.ClickAsync();
        await phone.GetByText("You are signed out in every browser.").WaitForAsync();
        await hers.GotoAsync(web.Url + "/findings");
        await hers.GetByText("Sign in with GitHub").WaitForAsync();
        await his.GotoAsync(web.Url + "/findings");
        await his.Locator(".findings-grid").WaitForAsync();

        foreach (var secret in bench.GitHub.Tokens.All.Append("code=").Append("state="))
            Assert.DoesNotContain(secret, web.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_ThatGoesWrong_SaysWhyOnTheSignInPage()
    {
        await using var browser = await Browsers.LaunchAsync();
        await using var bench = await SignInBench.StartAsync(Stop, settings: ("GITHUB_ALLOWED_ORGS", "acme"));
        await using var web = await WebProcess.StartAsync(bench.Api.Address.ToString().TrimEnd('/'), Stop);
        bench.GitHub.AddOrganization("acme");
        await using var context = await browser.Instance.NewContextAsync();
        var page = await context.NewPageAsync();
        async Task AssertSaysAsync(string text, FakeAccount? person)
        {
            bench.GitHub.OAuth.Person = person;
            await page.GotoAsync(web.Url + "/sign-in?returnUrl=%2Fscans");
            await page.GetByText("Sign in with GitHub").ClickAsync();
            await page.GetByRole(AriaRole.Status).GetByText(text).WaitForAsync();
        }

        await AssertSaysAsync("cancelled at GitHub", person: null);
        await AssertSaysAsync("does not belong to an organisation", bench.GitHub.AddUser("stranger"));
        bench.GitHub.OAuth.Fault = 503;
        await AssertSaysAsync("GitHub does not answer", bench.GitHub.Account("stranger"));
        await page.GotoAsync(web.Url + "/auth/github/callback?code=x&state=y");
        await page.GetByRole(AriaRole.Status).GetByText("not begun in this browser").WaitForAsync();
        await page.GotoAsync(web.Url + "/findings");
        Assert.Contains("/sign-in", page.Url, StringComparison.Ordinal);
    }

    /// <summary>Where nobody is administrator, or the only one has left, whoever runs Sentinel makes another one.</summary>
    [Fact]
    public async Task NobodyIsAdministrator_TheTokenOfTheCommandLineMakesSomebodyOne()
    {
        await using var browser = await Browsers.LaunchAsync();
        await using var bench = await SignInBench.StartAsync(Stop);
        bench.FirstOwnsApp = false;
        await using var web = await WebProcess.StartAsync(bench.Api.Address.ToString().TrimEnd('/'), Stop);
        Assert.Equal(Role.Viewer, (await bench.SignInAsync(bench.GitHub.AddUser("alice"), Stop)).Role);
        var token = await bench.Api.QueryAsync(db => Sentinel.Api.AdminTokenVerb.MakeAsync(db, bench.Clock, Stop));
        await using var context = await browser.Instance.NewContextAsync();
        var page = await context.NewPageAsync();

        await page.GotoAsync(web.Url + "/sign-in");
        await page.GetByText("Sign in with an API token").ClickAsync();
        await page.GetByLabel("API token").FillAsync(token);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with the token" }).ClickAsync();
        await page.ArrivedAsync(web.Url + "/");
        await page.GotoAsync(web.Url + "/people");
        await page.GetByLabel("Role of alice").SelectOptionAsync(nameof(Role.Admin));
        await page.GotoAsync(web.Url + "/audit");
        await page.GetByText("person.role-changed").First.WaitForAsync();

        Assert.Equal(Role.Admin, await bench.Api.QueryAsync(db => Task.FromResult(db.People.Single().Role)));
    }

    [Fact]
    public async Task SignIn_OverPlainHttpClient_KeepsTheSecretInAnHttpOnlyCookieAndRenewsTheSession()
    {
        await using var bench = await SignInBench.StartAsync(Stop);
        await using var web = await WebProcess.StartAsync(bench.Api.Address.ToString().TrimEnd('/'), Stop);
        bench.GitHub.OAuth.Person = bench.GitHub.AddUser("alice");
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(web.Url) };

        using var start = await http.GetAsync("/auth/github?returnUrl=%2Fscans", Stop);
        var cookie = Assert.Single(start.Headers.GetValues("Set-Cookie"));
        using var visit = await http.GetAsync(start.Headers.Location, Stop);
        using var back = await http.GetAsync(visit.Headers.Location, Stop);
        var session = Assert.Single(back.Headers.GetValues("Set-Cookie"), value => value.StartsWith("sentinel-session=", StringComparison.Ordinal));
        using var again = await http.GetAsync("/auth/github", Stop);
        using var secondVisit = await http.GetAsync(again.Headers.Location, Stop);
        using var secondBack = await http.GetAsync(secondVisit.Headers.Location, Stop);

        Assert.StartsWith("sentinel-github=", cookie, StringComparison.Ordinal);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("max-age=600", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("/scans", back.Headers.Location?.OriginalString);
        Assert.Contains("httponly", session, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.Found, secondBack.StatusCode);
        // Of the two sessions the one that was in this browser before has ended.
        var rows = await bench.Api.QueryAsync(db => Task.FromResult(db.AccessTokens.OrderBy(token => token.Id).Select(token => token.RevokedAt != null).ToList()));
        Assert.Equal([true, false], rows);
    }

    [Fact]
    public async Task SignOutEverywhere_SentByAnotherSite_IsRefused()
    {
        await using var bench = await SignInBench.StartAsync(Stop);
        await using var web = await WebProcess.StartAsync(bench.Api.Address.ToString().TrimEnd('/'), Stop);
        bench.GitHub.OAuth.Person = bench.GitHub.AddUser("alice");
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(web.Url) };
        using var start = await http.GetAsync("/auth/github", Stop);
        using var visit = await http.GetAsync(start.Headers.Location, Stop);
        using var back = await http.GetAsync(visit.Headers.Location, Stop);

        foreach (var path in new[] { "/sign-out", "/sign-out/everywhere" })
        {
            using var answer = await http.PostAsync(path, new FormUrlEncodedContent([new("confirmed", "yes"), new("reason", "expired")]), Stop);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        using var page = await http.GetAsync("/scans", Stop);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    private static async Task<(IPage Page, List<string> Faults)> SignInAsync(Browsers browser, SignInBench bench, WebProcess web, FakeAccount person)
    {
        bench.GitHub.OAuth.Person = person;
        var context = await browser.Instance.NewContextAsync();
        var page = await context.NewPageAsync();
        var faults = new List<string>();
        page.Console += (_, message) =>
        {
            // A page that is not there is a 404, which the console reports.
            if (message.Type == "error" && !message.Text.Contains("404", StringComparison.Ordinal)) faults.Add(message.Text);
        };
        await page.GotoAsync(web.Url + "/findings");
        await page.GetByText("Sign in with GitHub").ClickAsync();
        await page.ArrivedAsync(web.Url + "/findings");
        await page.Locator(".person-menu .who", new() { HasText = person.Login }).WaitForAsync();
        return (page, faults);
    }

    private static async Task AssertSeesAsync(IPage page, WebProcess web, Tenant own, Tenant other)
    {
        foreach (var path in new[] { "/", "/findings", "/repositories", "/scans", "/operations" })
        {
            await page.GotoAsync(web.Url + path);
            await page.GetByText($"{own.Marker}/shop").First.WaitForAsync();
            Assert.DoesNotContain(other.Marker, await page.ContentAsync(), StringComparison.Ordinal);
        }

        foreach (var path in new[] { $"/findings/{other.FindingId}", $"/repositories/{other.RepositoryId}", $"/scans/{other.ScanId}", $"/requests/{other.RequestId}" })
        {
            await page.GotoAsync(web.Url + path);
            await page.GetByText("It may have been removed, or the link is wrong.").WaitForAsync();
            Assert.DoesNotContain($"{other.Marker}/shop", await page.ContentAsync(), StringComparison.Ordinal);
        }
    }
}
