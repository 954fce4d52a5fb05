using Microsoft.Playwright;
using Sentinel.Contracts.Findings;

namespace Sentinel.Tests.EndToEnd;

/// <summary>Looks at the dashboard with a real browser, where one is installed.</summary>
internal static class DashboardProbe
{
    private static readonly string[] Browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    public static async Task ShowsAsync(SentinelApplication sentinel, FindingSummary finding, string requestId, CancellationToken cancellationToken)
    {
        if (Browsers.FirstOrDefault(File.Exists) is not { } executable)
        {
            TestContext.Current.SendDiagnosticMessage("No Chromium on this machine: the dashboard was not looked at.");
            return;
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
        await page.GetByText(finding.Title).First.WaitForAsync();

        await page.GotoAsync($"/findings/{finding.Id}");
        await page.GetByText($"{finding.Path}:{finding.StartLine}").First.WaitForAsync();
        await page.GetByText("github.event.issue.title").First.WaitForAsync();

        await page.GotoAsync($"/requests/{requestId}");
        await page.GetByText(requestId).First.WaitForAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
