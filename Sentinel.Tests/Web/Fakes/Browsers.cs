using System.Diagnostics;
using Microsoft.Playwright;

namespace Sentinel.Tests.Web.Fakes;

/// <summary>A headless Chromium that asks nothing of the network by itself.</summary>
internal sealed class Browsers : IAsyncDisposable
{
    private readonly IPlaywright _playwright;

    private Browsers(IPlaywright playwright, IBrowser instance)
    {
        _playwright = playwright;
        Instance = instance;
    }

    public static string Executable => Environment.GetEnvironmentVariable("SENTINEL_CHROMIUM") ?? "/usr/bin/chromium";

    public IBrowser Instance { get; }

    public static async Task<Browsers> LaunchAsync()
    {
        Assert.SkipUnless(File.Exists(Executable), $"There is no browser at {Executable}");
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Executable,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        });
        return new Browsers(playwright, browser);
    }

    public async ValueTask DisposeAsync()
    {
        await Instance.DisposeAsync();
        _playwright.Dispose();
    }
}

/// <summary>Waiting for a page.</summary>
internal static class PageWaiting
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Waits until the page is at an address. Playwright's own waiting listens for the navigation, and misses one that happens between looking
    /// at the address and listening; this looks again and again.
    /// </summary>
    public static async Task ArrivedAsync(this IPage page, string url)
    {
        var clock = Stopwatch.StartNew();
        while (page.Url != url && clock.Elapsed < Limit) await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Equal(url, page.Url);
        await page.WaitForLoadStateAsync();
    }
}
