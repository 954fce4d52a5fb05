using Microsoft.Playwright;
using Sentinel.Contracts.Scans;

namespace Sentinel.Tests.Web.Fakes;

/// <summary>What is pictured: the dashboard over the fake API, or a running installation.</summary>
internal sealed class Target : IAsyncDisposable
{
    private readonly FakeApi? _api;
    private readonly WebProcess? _web;

    private Target(string url, FakeApi? api, WebProcess? web)
    {
        Url = url;
        _api = api;
        _web = web;
    }

    public string Url { get; }

    /// <summary>What the dashboard logged; empty for a running installation.</summary>
    public string Output => _web?.Output ?? "";

    public static async Task<Target> StartAsync(string? runningUrl, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(runningUrl))
            return new Target(runningUrl.TrimEnd('/'), null, null);
        var api = await FakeApi.StartAsync(cancellationToken);
        var web = await WebProcess.StartAsync(api.Url, cancellationToken);
        return new Target(web.Url, api, web);
    }

    /// <summary>Sets up what a page is to show where several show one address.</summary>
    public void Prepare(string name)
    {
        if (_api is not null)
            _api.HasApp = name == "github-app";
    }

    public async ValueTask DisposeAsync()
    {
        if (_web is not null)
            await _web.DisposeAsync();
        if (_api is not null)
            await _api.DisposeAsync();
    }

    /// <summary>Every page with its address. In a running installation the first link of each list stands for its kind.</summary>
    public async Task<IReadOnlyList<(string Name, string Path)>> PagesAsync(IPage page)
    {
        List<(string, string)> pages =
        [
            ("overview", "/"), ("repositories", "/repositories"), ("scans", "/scans"), ("scan-new", "/scans/new"), ("findings", "/findings"),
            ("findings-filtered", "/findings?state=any&severity=critical,high&category=secret"), ("findings-none", "/findings?q=nothing-has-this-text"),
            ("requests", "/requests"), ("operations", "/operations"), ("rules", "/rules"), ("liveness", "/liveness"), ("custom-rules", "/custom-rules"), ("custom-rule-new", "/custom-rules/new"), ("audit", "/audit"), ("people", "/people"), ("settings", "/settings"), ("github-app-new", "/settings/github"), ("github-app", "/settings/github"),
            ("finding-missing", $"/findings/{Guid.Empty}"), ("denied", "/denied"), ("not-found", "/no/such/page"), ("error", "/error"),
        ];
        if (_api is { Estate: var e })
        {
            pages.Add(("repository", $"/repositories/{e.Repositories[1].Id}"));
            pages.Add(("scan-running", $"/scans/{e.Scans.First(s => s.Status == ScanStatus.Running).Id}"));
            pages.Add(("scan-partial", $"/scans/{e.Scans.First(s => s.Status == ScanStatus.Partial).Id}"));
            pages.Add(("scan-failed", $"/scans/{e.Scans.First(s => s.Status == ScanStatus.Failed).Id}"));
            pages.Add(("finding", $"/findings/{e.Findings.First(f => f.MaskedPreview is not null && FakeEstate.IsOpen(f)).Id}"));
            pages.Add(("finding-guidance", $"/findings/{e.Findings.First(f => f.MaskedPreview is null).Id}"));
            pages.Add(("finding-fix", $"/findings/{e.Findings.First(f => FakeDetails.HasFix(f) && FakeEstate.IsOpen(f)).Id}"));
            pages.Add(("finding-dismissed", $"/findings/{e.Findings.First(f => f.State == Sentinel.Contracts.Findings.FindingState.Dismissed).Id}"));
            pages.Add(("finding-removed", $"/findings/{e.Findings.First(f => f is { MaskedPreview: not null, State: Sentinel.Contracts.Findings.FindingState.Removed }).Id}"));
            pages.Add(("finding-rotated", $"/findings/{e.Findings.First(f => f is { MaskedPreview: not null, State: Sentinel.Contracts.Findings.FindingState.Fixed }).Id}"));
            pages.Add(("request", $"/requests/{e.Scans[1].RequestId}"));
            pages.Add(("custom-rule", $"/custom-rules/{FakeCustomRules.Waiting}"));
            pages.Add(("custom-rule-edit", $"/custom-rules/{FakeCustomRules.Waiting}/edit"));
            pages.Add(("rule", "/rules/aws-access-token"));
            return pages;
        }
        foreach (var (name, list) in new (string, string)[] { ("repository", "/repositories"), ("scan", "/scans"), ("finding", "/findings"), ("rule", "/rules") })
            await AddFirstAsync(page, pages, name, list);
        return pages;
    }

    private async Task AddFirstAsync(IPage page, List<(string, string)> pages, string name, string list)
    {
        await page.GotoAsync(Url + list);
        var link = page.Locator(".row-link").First;
        try
        {
            await link.WaitForAsync(new() { Timeout = 10_000 });
        }
        // An installation without such things has no page of that kind.
        catch (TimeoutException)
        {
            return;
        }
        pages.Add((name, await link.GetAttributeAsync("href") ?? list));
    }
}
