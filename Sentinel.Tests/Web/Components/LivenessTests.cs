using Bunit;
using MudBlazor;
using Sentinel.Contracts.Liveness;
using Sentinel.Tests.Web.Fakes;
using Sentinel.Web.Components.Pages;

namespace Sentinel.Tests.Web.Components;

public sealed class LivenessTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private FakeApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await FakeApi.StartAsync(Xunit.TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Page_SwitchOn_AsksFirstAndSaysWhereTheSecretGoes()
    {
        await using var ctx = new DashboardContext(_api);
        var page = ctx.Render<Liveness>();
        page.WaitForElement(".providers", Patience);

        await page.InvokeAsync(() => page.Find("[aria-label='Switch Slack on']").Click());
        Assert.Empty(_api.Commands);
        Assert.Contains("Send leaked secrets to slack.com?", page.Markup, StringComparison.Ordinal);
        await page.InvokeAsync(() => page.Find(".provider-switch .end-row button").Click());

        page.WaitForState(() => _api.Commands.Count == 1, Patience);
        Assert.Equal(("/api/v1/liveness/slack", """{"enabled":true}"""), _api.Commands.Single());
    }

    [Fact]
    public async Task Page_BlockedProvider_SaysWhyAndCannotBeSwitchedOn()
    {
        await using var ctx = new DashboardContext(_api);
        var page = ctx.Render<Liveness>();
        page.WaitForElement(".providers", Patience);

        Assert.Contains("Cannot be asked: it has no address of its own: set Liveness:BaseUrls:npm.", page.Markup, StringComparison.Ordinal);
        Assert.True(page.Find("[aria-label='Switch npm registry on']").HasAttribute("disabled"));
        Assert.Contains("GET https://api.github.com/user\nAuthorization: Bearer {secret}", page.Find("li:nth-child(2) pre").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_Triager_SeesButCannotSwitch()
    {
        await using var ctx = new DashboardContext(_api, "Triager");
        var page = ctx.Render<Liveness>();
        page.WaitForElement(".providers", Patience);

        Assert.Equal([], page.FindAll("button").Where(b => b.TextContent.Contains("Switch", StringComparison.Ordinal)));
        Assert.Equal(5, page.FindAll(".provider-switch .badge").Count);
    }

    [Fact]
    public async Task Finding_LiveSecret_SaysSoAndCanBeAskedAgain()
    {
        await using var ctx = new DashboardContext(_api);
        ctx.Render<MudPopoverProvider>();
        var finding = _api.Estate.Findings.First(f => f.Liveness == LivenessState.Live);
        var page = ctx.Render<Finding>(p => p.Add(f => f.Id, finding.Id));
        page.WaitForElement("#liveness", Patience);

        Assert.Contains("Amazon Web Services accepts this secret.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("POST sts.amazonaws.com/ answered 200", page.Markup, StringComparison.Ordinal);
        await page.InvokeAsync(() => page.FindAll("button").First(b => b.TextContent.Contains("Ask now", StringComparison.Ordinal)).Click());
        page.WaitForState(() => _api.Commands.Count == 1, Patience);
        Assert.Equal($"/api/v1/findings/{finding.Id}/check-liveness", _api.Commands.Single().Path);
    }
}
