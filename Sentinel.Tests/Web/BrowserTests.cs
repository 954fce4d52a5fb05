using Microsoft.Playwright;
using Sentinel.Tests.Web.Fakes;

namespace Sentinel.Tests.Web;

/// <summary>What only a real browser shows: keys, the theme, the drawer, and that the policy blocks nothing we need.</summary>
public sealed class BrowserTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dashboard_KeyboardAndTheme_Work()
    {
        await using var browser = await Browsers.LaunchAsync();
        await using var api = await FakeApi.StartAsync(Stop);
        await using var web = await WebProcess.StartAsync(api.Url, Stop);
        await using var context = await browser.Instance.NewContextAsync(new() { ViewportSize = new() { Width = 1280, Height = 800 } });
        var page = await context.NewPageAsync();
        var faults = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                faults.Add(message.Text);
        };
        await page.GotoAsync(web.Url + "/findings?severity=critical");
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue as local developer" }).ClickAsync();
        await page.ArrivedAsync(web.Url + "/findings?severity=critical");
        await page.Locator(".findings-grid").WaitForAsync();

        await page.Keyboard.PressAsync("/");
        Assert.Equal("search", await page.EvaluateAsync<string>("document.activeElement.id"));
        await page.Keyboard.TypeAsync("dockerfile");
        await page.Keyboard.PressAsync("Enter");
        await page.ArrivedAsync(web.Url + "/findings?state=any&q=dockerfile");

        await page.Locator("[data-theme-toggle]").ClickAsync();
        await page.Locator("[data-theme-toggle]").ClickAsync();
        await page.ReloadAsync();
        Assert.Equal("dark", await page.Locator("html").GetAttributeAsync("data-theme"));

        await page.Locator(".findings-grid .row-link").First.WaitForAsync();
        await page.SetViewportSizeAsync(390, 844);
        await page.Locator(".hamburger").ClickAsync();
        await page.Locator(".nav-open").WaitForAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.Locator(".shell:not(.nav-open)").WaitForAsync();
        Assert.Equal([], faults);
    }

    [Fact]
    public async Task Search_BegunBeforeThePageIsInteractive_KeepsTextAndFocus()
    {
        await using var browser = await Browsers.LaunchAsync();
        await using var api = await FakeApi.StartAsync(Stop);
        await using var web = await WebProcess.StartAsync(api.Url, Stop);
        var page = await browser.Instance.NewPageAsync();
        await page.GotoAsync(web.Url + "/findings");
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue as local developer" }).ClickAsync();
        await page.Locator(".findings-grid").WaitForAsync();
        // The page's own script, held back until the person has begun to type.
        var held = new TaskCompletionSource();
        await page.RouteAsync("**/blazor.web*.js", async route =>
        {
            await held.Task;
            await route.ContinueAsync();
        });
        await page.GotoAsync(web.Url + "/findings", new() { WaitUntil = WaitUntilState.Commit });
        await page.Locator("[data-search]").WaitForAsync();
        await page.EvaluateAsync("document.querySelector('[data-search]').dataset.replaced = ''");

        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("docker");
        held.SetResult();
        await page.Locator("[data-search]:not([data-replaced]):focus").WaitForAsync();
        await page.Locator(".findings-grid").WaitForAsync();
        await page.Keyboard.TypeAsync("file");

        Assert.Equal("dockerfile", await page.Locator("[data-search]").InputValueAsync());
        await page.Keyboard.PressAsync("Enter");
        await page.ArrivedAsync(web.Url + "/findings?state=any&q=dockerfile");
    }

    [Theory]
    [InlineData("docker file", "/findings?state=any&q=docker%20file")]
    [InlineData("01993d1c-7a2b-7c3d-8e4f-5a6b7c8d9e0f", "/requests/01993d1c-7a2b-7c3d-8e4f-5a6b7c8d9e0f")]
    public async Task Search_SentBeforeThePageIsInteractive_LeadsToTheSamePlace(string text, string place)
    {
        await using var browser = await Browsers.LaunchAsync();
        await using var api = await FakeApi.StartAsync(Stop);
        await using var web = await WebProcess.StartAsync(api.Url, Stop);
        var page = await browser.Instance.NewPageAsync();
        await page.RouteAsync("**/blazor.web*.js", route => route.AbortAsync());
        await page.GotoAsync(web.Url + "/findings");
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue as local developer" }).ClickAsync();

        await page.Locator("[data-search]").WaitForAsync();
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync(text);
        await page.Keyboard.PressAsync("Enter");

        await page.ArrivedAsync(web.Url + place);
    }

    [Fact]
    public async Task SkipLink_IsTheFirstStop()
    {
        await using var browser = await Browsers.LaunchAsync();
        await using var api = await FakeApi.StartAsync(Stop);
        await using var web = await WebProcess.StartAsync(api.Url, Stop);
        var page = await browser.Instance.NewPageAsync();
        await page.GotoAsync(web.Url + "/operations");
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue as local developer" }).ClickAsync();
        await page.Locator(".lane").First.WaitForAsync();

        Assert.Equal("skip-link", await page.EvaluateAsync<string>("document.querySelector('a[href], button, input, [tabindex=\"0\"]').className"));
        await page.Locator(".skip-link").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.ArrivedAsync(web.Url + "/operations#main");
    }
}
