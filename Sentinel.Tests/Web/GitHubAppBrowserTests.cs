using Microsoft.Playwright;
using Sentinel.Contracts;
using Sentinel.Contracts.Sessions;
using Sentinel.Tests.Api.GitHubApps;
using Sentinel.Tests.Api.Security;
using Sentinel.Tests.EndToEnd;
using Sentinel.Tests.Web.Fakes;

namespace Sentinel.Tests.Web;

/// <summary>The GitHub App in one click, in a real browser: the dashboard, the real API and a fake GitHub, each on its own port.</summary>
public sealed class GitHubAppBrowserTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Administrator_WithAToken_MakesTheAppAndSignsInThroughIt()
    {
        await using var browser = await Browsers.LaunchAsync();
        await using var bench = await AppBench.StartAsync(Stop);
        await using var web = await StartWebAsync(bench);
        bench.GitHub.AddOrganization("acme", bench.GitHub.Account("ada")!);
        var (page, faults) = await OpenAsync(browser);
        var (token, webhook) = (await bench.Api.TokenAsync(Role.Admin, Stop), new Uri(bench.Api.Address, ApiRoutes.GitHubWebhooks).AbsoluteUri);
        await SignInWithTokenAsync(page, web, token);
        await page.GetByRole(AriaRole.Link, new() { Name = "Connect GitHub" }).ClickAsync();

        await page.GetByLabel("Organisation").FillAsync("acme");
        Assert.Equal("Sentinel (localhost)", await page.GetByLabel("Name", new() { Exact = true }).InputValueAsync());
        Assert.Equal(web.Url, await page.GetByLabel("Address of this dashboard").InputValueAsync());
        Assert.Equal(webhook, await page.GetByLabel("Address for webhooks").InputValueAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the GitHub App" }).ClickAsync();

        var install = page.GetByRole(AriaRole.Link, new() { Name = "Install it on repositories" });
        await install.WaitForAsync();
        Assert.Equal(web.Url + "/settings/github", page.Url);
        Assert.Equal($"{bench.GitHub.Url}apps/{bench.GitHub.App.Slug}/installations/new", await install.GetAttributeAsync("href"));
        Assert.Equal(200, bench.GitHub.CallsOf("GET", "/app")[0].Status);

        var delivery = await bench.GitHub.Hook.DeliverAsync("installation", HookPayloads.Installed(bench.GitHub.Install("acme"), bench.GitHub.AddRepository("acme/shop", isPrivate: true)), Stop);
        Assert.Equal(202, delivery.StatusCode);
        // There is no Redis here that would tell the page.
        await page.ReloadAsync();
        await page.GetByText("1 repository, 1 not scanned yet").WaitForAsync();
        var (ada, _) = await OpenAsync(browser);
        await ada.GotoAsync(web.Url + "/repositories");
        await ada.GetByText("Sign in with GitHub").ClickAsync();
        await ada.ArrivedAsync(web.Url + "/repositories");
        await ada.GetByText("acme/shop").First.WaitForAsync();

        Assert.Equal([], faults);
        foreach (var secret in AppBench.SecretsOf(bench.GitHub.App).Append("code=").Append("state=").Append(token))
            Assert.DoesNotContain(secret, web.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WayBack_ThatWasNotBegunHere_SaysWhatToDo()
    {
        await using var browser = await Browsers.LaunchAsync();
        await using var bench = await AppBench.StartAsync(Stop);
        await using var web = await StartWebAsync(bench);
        var (page, _) = await OpenAsync(browser);
        await SignInWithTokenAsync(page, web, await bench.Api.TokenAsync(Role.Admin, Stop));

        await page.GotoAsync(web.Url + "/settings/github/created?code=x&state=y");

        await page.GetByRole(AriaRole.Status).GetByText("not begun by you").WaitForAsync();
        Assert.Equal(web.Url + "/settings/github?reason=github-app-state", page.Url);
    }

    [Fact]
    public async Task GitHub_OfTheInternet_IsNotSentAnAddressOfThisMachine()
    {
        await using var browser = await Browsers.LaunchAsync();
        await using var bench = await AppBench.StartAsync(Stop, ("GITHUB_URL", "https://github.com"), ("GITHUB_API_URL", "https://api.github.com"));
        await using var web = await StartWebAsync(bench, "https://github.com");
        var (page, _) = await OpenAsync(browser);
        var left = new TaskCompletionSource<IRequest>();
        await page.RouteAsync("https://github.com/**", route =>
        {
            left.TrySetResult(route.Request);
            return route.FulfillAsync(new() { Status = 200, Body = "GitHub" });
        });
        await SignInWithTokenAsync(page, web, await bench.Api.TokenAsync(Role.Admin, Stop));
        await page.GotoAsync(web.Url + "/settings/github");
        await page.GetByText("github.com cannot reach this address").WaitForAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Create the GitHub App" }).ClickAsync();
        await page.GetByRole(AriaRole.Alert).GetByText("github.com cannot reach").WaitForAsync();
        Assert.False(left.Task.IsCompleted);
        await page.GetByLabel("Make it without webhooks for now").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the GitHub App" }).ClickAsync();

        var request = await left.Task.WaitAsync(TimeSpan.FromSeconds(20), Stop);
        Assert.StartsWith("https://github.com/settings/apps/new?state=", request.Url, StringComparison.Ordinal);
        Assert.Contains(Uri.EscapeDataString("\"active\":false"), request.PostData!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_ThatIsNone_IsRefusedOnTheSignInPage()
    {
        await using var browser = await Browsers.LaunchAsync();
        await using var bench = await AppBench.StartAsync(Stop);
        await using var web = await StartWebAsync(bench);
        var (page, _) = await OpenAsync(browser);

        await FillTokenAsync(page, web, "snt_" + new string('A', 43));

        await page.GetByRole(AriaRole.Status).GetByText("That token is not accepted").WaitForAsync();
        await page.GotoAsync(web.Url + "/findings");
        Assert.Contains("/sign-in", page.Url, StringComparison.Ordinal);
    }

    private static Task<WebProcess> StartWebAsync(SignInBench bench, string? gitHub = null) => WebProcess.StartAsync(
        bench.Api.Address.ToString().TrimEnd('/'), Stop, settings: [("GITHUB_URL", gitHub ?? bench.GitHub.Url.ToString()), ("SENTINEL_KEY", AppBench.Key)]);

    private static async Task<(IPage Page, List<string> Faults)> OpenAsync(Browsers browser)
    {
        var context = await browser.Instance.NewContextAsync();
        var page = await context.NewPageAsync();
        var faults = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error") faults.Add(message.Text);
        };
        return (page, faults);
    }

    private static async Task FillTokenAsync(IPage page, WebProcess web, string token)
    {
        await page.GotoAsync(web.Url + "/sign-in");
        await page.GetByText("Sign in with an API token").ClickAsync();
        await page.GetByLabel("API token").FillAsync(token);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with the token" }).ClickAsync();
    }

    private static async Task SignInWithTokenAsync(IPage page, WebProcess web, string token)
    {
        await FillTokenAsync(page, web, token);
        await page.ArrivedAsync(web.Url + "/");
        await page.Locator(".person-menu .who", new() { HasText = "test-Admin" }).WaitForAsync();
    }
}
