using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;
using Sentinel.Tests.Web.Fakes;
using Sentinel.Web.Components.Controls;
using Sentinel.Web.Components.Pages;
using Severity = Sentinel.Contracts.Findings.Severity;

namespace Sentinel.Tests.Web.Components;

public sealed class PagesTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private FakeApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await FakeApi.StartAsync(Xunit.TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Overview_Estate_ShowsCountsTrendScansAndGaps()
    {
        await using var ctx = new DashboardContext(_api);
        var page = ctx.Render<Overview>();
        page.WaitForElement(".tiles .tile-value", Patience);

        var critical = page.Find("a.tile");
        Assert.Equal("/findings?severity=critical", critical.GetAttribute("href"));
        Assert.Contains(Count(Severity.Critical), critical.TextContent);
        Assert.Equal(30, page.FindAll("svg.wide .trend-day").Count);
        Assert.Equal(10, page.FindAll(".scans-grid tbody tr").Count);
        Assert.Equal(5, page.FindAll(".gap-list li").Count);
    }

    [Fact]
    public async Task Overview_NothingYet_SaysHowToStart()
    {
        _api.Empty = true;
        await using var ctx = new DashboardContext(_api);
        var page = ctx.Render<Overview>();
        page.WaitForElement(".state-panel", Patience);

        Assert.Contains("Nothing is watched yet", page.Markup);
        Assert.NotNull(page.Find("a[href='/scans/new']"));
    }

    [Fact]
    public async Task Overview_ApiFails_ShowsRequestIdAndRetryWorks()
    {
        _api.FailWith = 500;
        await using var ctx = new DashboardContext(_api);
        var page = ctx.Render<Overview>();
        page.WaitForElement("[role=alert]", Patience);
        var failed = _api.Calls.First(c => c.PathAndQuery == "/api/v1/overview").RequestId!;

        Assert.Contains(failed, page.Markup);
        _api.FailWith = null;
        page.FindAll("button").First(b => b.TextContent.Contains("Try again")).Click();
        page.WaitForElement(".tiles .tile-value", Patience);
    }

    [Fact]
    public async Task Overview_SessionRejected_LeadsToSignInAndBack()
    {
        _api.FailWith = 401;
        await using var ctx = new DashboardContext(_api);
        var navigation = ctx.Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo("/operations");
        ctx.Render<Operations>().WaitForState(() => navigation.Uri.Contains("/sign-in"), Patience);

        Assert.EndsWith("/sign-in?returnUrl=%2Foperations&reason=expired", navigation.Uri);
    }

    [Fact]
    public async Task Findings_SeverityChip_GoesIntoTheAddress()
    {
        await using var ctx = new DashboardContext(_api);
        ctx.Render<MudPopoverProvider>();
        var navigation = ctx.Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo("/findings");
        var page = ctx.Render<Findings>();
        page.WaitForElement(".findings-grid", Patience);

        Chip(page, "Critical").Click();

        page.WaitForState(() => navigation.Uri.EndsWith("/findings?severity=critical", StringComparison.Ordinal), Patience);
        page.WaitForState(() => page.FindAll(".findings-grid .badge.sev-high").Count == 0, Patience);
        page.WaitForState(() => Chip(page, "Critical").GetAttribute("aria-pressed") == "true", Patience);
    }

    [Fact]
    public async Task Findings_NextPage_IsALinkWithTheCursor()
    {
        await using var ctx = new DashboardContext(_api);
        ctx.Render<MudPopoverProvider>();
        ctx.Services.GetRequiredService<NavigationManager>().NavigateTo("/findings?state=any");
        var page = ctx.Render<Findings>();
        page.WaitForElement(".pager", Patience);

        Assert.Equal("/findings?state=any&after=20", page.Find(".pager-link").GetAttribute("href"));
    }

    [Fact]
    public async Task Finding_SecretRemovedFromTheCode_ShowsWhoAndHowLongAndIsAttested()
    {
        await using var ctx = new DashboardContext(_api, "Triager");
        ctx.Render<MudPopoverProvider>();
        var dialogs = ctx.Render<MudDialogProvider>();
        var finding = _api.Estate.Findings.First(f => f is { MaskedPreview: not null, State: FindingState.Removed });
        var page = ctx.Render<Finding>(p => p.Add(f => f.Id, finding.Id));
        page.WaitForElement("[aria-labelledby=exposure]", Patience);

        var panel = page.Find("[aria-labelledby=exposure]").TextContent;
        Assert.Contains("3 d 4 h", panel);
        Assert.Contains("Still counting", panel);
        Assert.Contains("Robin Example", panel);
        Assert.Contains("still hands them out", panel);
        Assert.Contains("Removed, still live", page.Markup);

        await page.InvokeAsync(() => page.FindAll("button").First(b => b.TextContent.Contains("I have rotated it")).Click());
        dialogs.WaitForElement("textarea", Patience);
        await dialogs.InvokeAsync(() => dialogs.Find("textarea").Input("New key in the vault."));
        dialogs.WaitForState(() => !dialogs.FindAll("button").First(b => b.TextContent.Contains("It is rotated")).HasAttribute("disabled"), Patience);
        await dialogs.InvokeAsync(() => dialogs.FindAll("button").First(b => b.TextContent.Contains("It is rotated")).Click());

        dialogs.WaitForState(() => _api.Commands.Any(c => c.Path.EndsWith("/attest-rotation", StringComparison.Ordinal)), Patience);
        var (path, body) = _api.Commands.Single(c => c.Path.EndsWith("/attest-rotation", StringComparison.Ordinal));
        Assert.Equal(($"/api/v1/findings/{finding.Id}/attest-rotation", """{"note":"New key in the vault."}"""), (path, body));
    }

    [Fact]
    public async Task Finding_SecretThatWasRotated_SaysByWhomAndCanBeTakenBack()
    {
        await using var ctx = new DashboardContext(_api);
        ctx.Render<MudPopoverProvider>();
        var finding = _api.Estate.Findings.First(f => f is { MaskedPreview: not null, State: FindingState.Fixed });
        var page = ctx.Render<Finding>(p => p.Add(f => f.Id, finding.Id));
        page.WaitForElement("[aria-labelledby=exposure]", Patience);

        var panel = page.Find("[aria-labelledby=exposure]").TextContent;
        Assert.Contains("Rotated, says mira", panel);
        Assert.DoesNotContain("Still counting", panel);
        Assert.Contains(page.FindAll("button"), b => b.TextContent.Contains("Reopen"));
        Assert.DoesNotContain(page.FindAll("button"), b => b.TextContent.Contains("I have rotated it"));
    }

    [Fact]
    public async Task Findings_NeedsWork_HoldsSecretsThatLeftTheCodeWithTheirClock()
    {
        await using var ctx = new DashboardContext(_api);
        ctx.Render<MudPopoverProvider>();
        ctx.Services.GetRequiredService<NavigationManager>().NavigateTo("/findings?category=secret");
        var page = ctx.Render<Findings>();
        page.WaitForElement(".findings-grid", Patience);

        Assert.Equal("true", Chip(page, "Needs work").GetAttribute("aria-pressed"));
        var row = page.FindAll(".findings-grid tbody tr").First(r => r.TextContent.Contains("Removed, still live"));
        Assert.Contains("exposed for", row.TextContent);
    }

    [Fact]
    public async Task Repository_ReadTheHistory_StartsTheScan()
    {
        await using var ctx = new DashboardContext(_api);
        ctx.Render<MudPopoverProvider>();
        var repository = _api.Estate.Repositories[1];
        var page = ctx.Render<Repository>(p => p.Add(r => r.Id, repository.Id));
        page.WaitForState(() => page.FindAll("button").Any(b => b.TextContent.Contains("Read the history")), Patience);

        await page.InvokeAsync(() => page.FindAll("button").First(b => b.TextContent.Contains("Read the history")).Click());

        var navigation = ctx.Services.GetRequiredService<NavigationManager>();
        page.WaitForState(() => navigation.Uri.Contains("/scans/"), Patience);
        Assert.Contains(_api.Commands, c => c.Path == $"/api/v1/repositories/{repository.Id}/history-scans");
    }

    [Fact]
    public async Task Finding_WithModelAnswer_LabelsItAndQuotesTheEvidence()
    {
        await using var ctx = new DashboardContext(_api);
        ctx.Render<MudPopoverProvider>();
        var finding = _api.Estate.Findings.First(f => f.MaskedPreview is not null && FakeEstate.IsOpen(f));
        var page = ctx.Render<Finding>(p => p.Add(f => f.Id, finding.Id));
        page.WaitForElement(".code", Patience);

        Assert.Equal($"{finding.StartLine}", page.Find(".marked .line-no").TextContent);
        Assert.Contains("Written by a model: gemini-2.5-flash", page.Markup);
        Assert.Contains("BasicAWSCredentials", page.Find(".claim pre").TextContent);
        Assert.Contains("by a change of the code", page.Find("[aria-labelledby=history]").TextContent);
    }

    [Fact]
    public async Task Finding_WithoutModel_LabelsTheGuidance()
    {
        await using var ctx = new DashboardContext(_api);
        ctx.Render<MudPopoverProvider>();
        var finding = _api.Estate.Findings.First(f => f.MaskedPreview is null);
        var page = ctx.Render<Finding>(p => p.Add(f => f.Id, finding.Id));
        page.WaitForElement(".prose", Patience);

        Assert.Contains("The rule's guidance", page.Markup.Replace("&#x27;", "'"));
        Assert.Empty(page.FindAll(".claim"));
    }

    [Fact]
    public async Task Finding_Viewer_CannotDecide()
    {
        await using var ctx = new DashboardContext(_api, "Viewer");
        ctx.Render<MudPopoverProvider>();
        var page = ctx.Render<Finding>(p => p.Add(f => f.Id, _api.Estate.Findings[0].Id));
        page.WaitForElement(".code", Patience);

        Assert.Equal([], page.FindAll("button").Where(b => b.TextContent.Contains("Dismiss") || b.TextContent.Contains("Explain")));
    }

    [Fact]
    public async Task Scan_Running_FollowsTheStream()
    {
        await using var ctx = new DashboardContext(_api);
        var scan = _api.Estate.Scans.First(s => s.Status == ScanStatus.Running);
        var page = ctx.Render<Scan>(p => p.Add(s => s.Id, scan.Id));

        page.WaitForState(() => page.Markup.Contains("1,287 of 3,120 files"), Patience);
        Assert.Equal("41", page.Find("[role=progressbar]").GetAttribute("aria-valuenow"));
    }

    [Fact]
    public async Task Scan_Partial_SaysWhatWasNotLookedAt()
    {
        await using var ctx = new DashboardContext(_api);
        var scan = _api.Estate.Scans.First(s => s.Status == ScanStatus.Partial);
        var page = ctx.Render<Scan>(p => p.Add(s => s.Id, scan.Id));
        page.WaitForElement(".phase-list", Patience);

        Assert.Contains("Not everything was looked at.", page.Markup);
        Assert.Contains("nested deeper than 64 levels", page.Markup);
        Assert.Contains("Content is in Git LFS", page.Markup);
        Assert.Equal(5, page.FindAll(".phase-list li").Count);
    }

    [Fact]
    public async Task TokenForm_Created_ShowsTheTokenOnce()
    {
        await using var ctx = new DashboardContext(_api);
        ctx.Render<MudPopoverProvider>();
        var form = ctx.Render<TokenForm>();
        form.Find("input[type=text]").Input("ci");
        form.FindAll("button").First(b => b.TextContent.Contains("Create")).Click();
        form.WaitForElement(".token-once", Patience);

        Assert.Equal("snt_shown-once-in-the-tests", form.Find(".token-once code").TextContent);
        Assert.Contains("\"name\":\"ci\"", _api.Commands.Single().Body);
        form.FindAll("button").First(b => b.TextContent.Contains("stored it")).Click();
        form.WaitForState(() => !form.Markup.Contains("snt_", StringComparison.Ordinal), Patience);
    }

    [Fact]
    public async Task NewScan_AddressWithPassword_IsNotSent()
    {
        await using var ctx = new DashboardContext(_api);
        var page = ctx.Render<NewScan>();
        page.Find("#scan-url").Change("https://user:secret@github.com/acme/api.git");
        page.Find("form").Submit();

        page.WaitForState(() => page.Markup.Contains("Take the user name and password out", StringComparison.Ordinal), Patience);
        Assert.Empty(_api.Commands);
    }

    private static IElement Chip(IRenderedComponent<Findings> page, string text) => page.FindAll(".chip").First(c => c.TextContent.Trim() == text);

    private string Count(Severity severity) => $"{_api.Estate.Findings.Count(f => f.Severity == severity && FakeEstate.IsOpen(f))}";
}
