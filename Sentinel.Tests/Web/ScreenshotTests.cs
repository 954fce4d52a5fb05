using Microsoft.Playwright;
using Sentinel.Tests.Web.Fakes;

namespace Sentinel.Tests.Web;

/// <summary>
/// Pictures of every page at two widths in both themes, for people to look at. Runs only when asked:
/// SENTINEL_SCREENSHOTS=DIR names where the pictures go; SENTINEL_BASE_URL takes them from a running installation instead of
/// the fake API; SENTINEL_SCREENSHOT_PAGES (overview,finding) takes only some of them; SENTINEL_CHROMIUM names the browser
/// (/usr/bin/chromium by default).
/// </summary>
[Trait("Category", "Screenshots")]
public sealed class ScreenshotTests
{
    private static readonly (string Name, int Width, int Height)[] Sizes = [("1440", 1440, 900), ("390", 390, 844)];
    private static readonly ColorScheme[] Themes = [ColorScheme.Light, ColorScheme.Dark];

    [Fact]
    public async Task EveryPage_BothWidthsAndThemes_IsPictured()
    {
        var directory = Environment.GetEnvironmentVariable("SENTINEL_SCREENSHOTS");
        Assert.SkipWhen(string.IsNullOrEmpty(directory), "SENTINEL_SCREENSHOTS is not set");
        var stop = TestContext.Current.CancellationToken;
        await using var target = await Target.StartAsync(Environment.GetEnvironmentVariable("SENTINEL_BASE_URL"), stop);
        await using var browser = await Browsers.LaunchAsync();

        var faults = new List<string>();
        try
        {
            await TakeEverywhereAsync(browser, target, directory!, faults);
        }
        finally
        {
            await File.WriteAllTextAsync(Path.Combine(directory!, "web.log"), target.Output, stop);
        }
        Assert.Equal([], faults);
    }

    private static async Task TakeEverywhereAsync(Browsers browser, Target target, string directory, List<string> faults)
    {
        foreach (var (sizeName, width, height) in Sizes)
        {
            foreach (var theme in Themes)
            {
                await using var context = await browser.Instance.NewContextAsync(new()
                {
                    ViewportSize = new() { Width = width, Height = height },
                    ColorScheme = theme,
                    ReducedMotion = ReducedMotion.Reduce,
                });
                var page = await context.NewPageAsync();
                page.Console += (_, message) =>
                {
                    if (message.Type == "error")
                        faults.Add($"{page.Url}: {message.Text}");
                };
                page.Request += (_, request) =>
                {
                    if (!request.Url.StartsWith(target.Url, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                        faults.Add($"{page.Url} asked another host: {request.Url}");
                };
                await TakeAllAsync(page, target, Path.Combine(directory, $"{sizeName}-{theme.ToString().ToLowerInvariant()}"), faults);
            }
        }
    }

    private static async Task TakeAllAsync(IPage page, Target target, string directory, List<string> faults)
    {
        Directory.CreateDirectory(directory);
        await page.GotoAsync(target.Url + "/sign-in");
        await PictureAsync(page, directory, "sign-in", faults);
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue as local developer" }).ClickAsync();
        await page.ArrivedAsync(target.Url + "/");
        var only = Environment.GetEnvironmentVariable("SENTINEL_SCREENSHOT_PAGES") is { Length: > 0 } names ? names.Split(',') : null;
        foreach (var (name, path) in await target.PagesAsync(page))
        {
            if (only is not null && !only.Contains(name))
                continue;
            // The dead link is asked for on purpose, and the browser reports its 404.
            var before = faults.Count;
            target.Prepare(name);
            await page.GotoAsync(target.Url + path);
            await PictureAsync(page, directory, name, faults);
            if (name == "not-found")
                faults.RemoveRange(before, faults.Count - before);
        }
        if (only is null)
            await DialogsAsync(page, target, directory, faults);
    }

    private static async Task DialogsAsync(IPage page, Target target, string directory, List<string> faults)
    {
        await page.GotoAsync(target.Url + "/findings");
        await SettleAsync(page);
        if (await page.Locator(".findings-grid .row-link").CountAsync() > 0)
        {
            await page.Locator(".findings-grid .row-link").First.ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Dismiss", Exact = true }).ClickAsync();
            await page.Locator(".mud-dialog").WaitForAsync();
            await PictureAsync(page, directory, "dismiss-dialog", faults);
            await page.Keyboard.PressAsync("Escape");
        }
        if (await page.Locator(".hamburger").IsVisibleAsync())
        {
            await page.Locator(".hamburger").ClickAsync();
            await page.Locator(".nav-open").WaitForAsync();
            await PictureAsync(page, directory, "navigation", faults);
        }
    }

    private static async Task PictureAsync(IPage page, string directory, string name, List<string> faults)
    {
        await SettleAsync(page);
        if (await page.GetByText("This page could not be shown").CountAsync() > 0)
            faults.Add($"{name} has a fault at {directory}");
        var overflow = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        if (overflow > 0)
            faults.Add($"{name} is {overflow} px wider than the window at {directory}");
        await page.ScreenshotAsync(new() { Path = Path.Combine(directory, name + ".png"), FullPage = name is not ("dismiss-dialog" or "navigation") });
    }

    /// <summary>Waits until nothing is loading any more.</summary>
    private static async Task SettleAsync(IPage page)
    {
        await page.WaitForFunctionAsync("() => !document.querySelector('.mud-skeleton') && !document.querySelector('[aria-busy=true]')", null, new() { Timeout = 20_000 });
        await page.WaitForFunctionAsync("() => document.fonts.status === 'loaded'");
        await page.WaitForTimeoutAsync(250);
    }
}
