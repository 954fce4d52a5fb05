using Microsoft.Playwright;
using Sentinel.Contracts.Findings;

namespace Sentinel.Tests.EndToEnd;

/// <summary>Looks at the dashboard with a real browser, where one is installed.</summary>
internal static class DashboardProbe
{
    private static readonly string[] Browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    public static Task ShowsAsync(SentinelApplication sentinel, FindingSummary finding, string requestId, CancellationToken cancellationToken) => LookAsync(sentinel, async page =>
    {
        await page.GetByText(finding.Title).First.WaitForAsync();

        await page.GotoAsync($"/findings/{finding.Id}");
        await page.GetByText($"{finding.Path}:{finding.StartLine}").First.WaitForAsync();
        await page.GetByText("github.event.issue.title").First.WaitForAsync();

        await page.GotoAsync($"/requests/{requestId}");
        await page.GetByText(requestId).First.WaitForAsync();
        cancellationToken.ThrowIfCancellationRequested();
    });

    /// <summary>Finds a leaked secret in the list, reads who leaked it and for how long, and says that it was rotated.</summary>
    /// <returns>False when there is no browser and nothing was done.</returns>
    public static Task<bool> AttestsRotationAsync(SentinelApplication sentinel, FindingSummary secret, string author, string exposedFor, string note) => LookAsync(sentinel, async page =>
    {
        var row = page.GetByRole(AriaRole.Row).Filter(new LocatorFilterOptions { HasText = secret.Path });
        await row.GetByText("Removed, still live").WaitForAsync();
        await row.GetByText(exposedFor).WaitForAsync();
        await row.GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { NameString = secret.Title }).ClickAsync();

        var panel = page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { NameString = "Exposure" });
        foreach (var text in new[] { author, exposedFor, "Still counting", "No branch or tag leads to it any more", "still hands them out" })
            await panel.GetByText(text).First.WaitForAsync();

        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { NameString = "I have rotated it" }).ClickAsync();
        await page.GetByLabel("How it was rotated").FillAsync(note);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { NameString = "It is rotated" }).ClickAsync();
        await panel.GetByText("Stopped").WaitForAsync();
        await panel.GetByText(note).WaitForAsync();
    });

    private static async Task<bool> LookAsync(SentinelApplication sentinel, Func<IPage, Task> look)
    {
        if (Browsers.FirstOrDefault(File.Exists) is not { } executable)
        {
            TestContext.Current.SendDiagnosticMessage("No Chromium on this machine: the dashboard was not looked at.");
            return false;
        }

        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = executable,
            Args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        var page = await browser.NewPageAsync(new BrowserNewPageOptions { BaseURL = sentinel.Web.ToString() });
        page.SetDefaultTimeout(30_000);
        await page.GotoAsync("/findings");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { NameString = "Continue as local developer" }).ClickAsync();
        await look(page);
        return true;
    }
}
