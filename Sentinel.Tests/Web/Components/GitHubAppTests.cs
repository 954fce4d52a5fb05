using Bunit;
using Sentinel.Tests.Web.Fakes;
using Sentinel.Web.Components.Pages;
using Sentinel.Web.Model;

namespace Sentinel.Tests.Web.Components;

public sealed class GitHubAppTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private FakeApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await FakeApi.StartAsync(Xunit.TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Page_Create_PostsTheManifestToGitHub()
    {
        await using var ctx = new DashboardContext(_api);
        var page = ctx.Render<GitHubApp>();
        page.WaitForElement("#app-webhook", Patience);

        await page.InvokeAsync(() => page.Find("#app-organization").Change(" acme "));
        await page.InvokeAsync(() => page.Find("#app-webhook").Change("https://sentinel.acme.example/webhooks/github"));
        await page.InvokeAsync(() => page.Find("form").Submit());

        var form = page.WaitForElement("form[method=post]", Patience);
        Assert.Equal("https://github.com/organizations/acme/settings/apps/new?state=the-state", form.GetAttribute("action"));
        Assert.Equal("""{"name":"Sentinel (localhost)"}""", form.QuerySelector("input[name=manifest]")!.GetAttribute("value"));
        page.WaitForState(() => ctx.JSInterop.Invocations.Count(i => i.Identifier == "sentinel.submit") == 1, Patience);
        Assert.Contains("\"webhookActive\":true", Assert.Single(_api.Commands).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_Forget_AsksFirstAndSaysWhereToDeleteIt()
    {
        _api.HasApp = true;
        await using var ctx = new DashboardContext(_api);
        var page = ctx.Render<GitHubApp>();
        page.WaitForState(() => page.Markup.Contains("Forget this App", StringComparison.Ordinal), Patience);
        Assert.Equal("https://github.com/apps/sentinel-acme/installations/new", page.Find("a.mud-button-filled").GetAttribute("href"));

        await page.InvokeAsync(() => page.FindAll("button").Single(button => button.TextContent.Trim() == "Forget this App").Click());
        Assert.True(_api.HasApp);
        await page.InvokeAsync(() => page.FindAll("button").Single(button => button.TextContent.Trim() == "Forget it").Click());

        page.WaitForElement("a[href='https://github.com/settings/apps/sentinel-acme']", Patience);
        page.WaitForElement("#app-webhook", Patience);
    }

    [Theory]
    [InlineData("https://sentinel.acme.example/", null, "Sentinel (sentinel.acme.example)", "https://sentinel.acme.example", "https://sentinel.acme.example/webhooks/github")]
    [InlineData("http://localhost:8080/", "http://localhost:3001", "Sentinel (localhost)", "http://localhost:8080", "http://localhost:3001/webhooks/github")]
    [InlineData("https://sentinel.acme.example/", "http://api:3001", "Sentinel (sentinel.acme.example)", "https://sentinel.acme.example", "https://sentinel.acme.example/webhooks/github")]
    [InlineData("https://sentinel.security.acme.example/", null, "Sentinel (sentinel.security.acme.)", "https://sentinel.security.acme.example", "https://sentinel.security.acme.example/webhooks/github")]
    public void Form_IsFilledInFromTheAddressInTheBrowser(string dashboard, string? api, string name, string url, string webhook)
    {
        var form = GitHubAppForm.For(new Uri(dashboard), api is null ? null : new Uri(api));

        Assert.Equal((name, url, webhook), (form.Name, form.DashboardUrl, form.WebhookUrl));
        Assert.InRange(form.Name.Length, 1, GitHubAppForm.MaxName);
    }
}
