using Bunit;
using Sentinel.Contracts.Scans;
using Sentinel.Tests.Web.Fakes;
using Sentinel.Web.Components.Controls;

namespace Sentinel.Tests.Web.Components;

/// <summary>What the policy of a repository did is on the page of the scan.</summary>
public sealed class ScanReportViewTests : IAsyncLifetime
{
    private FakeApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await FakeApi.StartAsync(Xunit.TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Policy_WithErrors_ShowsThemWithLineAndRemedy()
    {
        await using var ctx = new DashboardContext(_api);

        var view = ctx.Render<ScanReportView>(p => p.Add(v => v.Report, Report(new PolicyReport(".sentinel.yml", [new PolicyFault(2, 8, "gate has no key '<b>'.", "Did you mean severity?")], 3, []))));

        var panel = view.Find("section[aria-labelledby=policy]");
        Assert.Equal(["gate has no key '<b>'.Did you mean severity?", "2", "8"], panel.QuerySelectorAll("tbody td").Select(c => c.TextContent));
        Assert.Contains("it changed nothing", panel.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policy_Sound_SaysHowManyDoNotCountAndWhatEnded()
    {
        await using var ctx = new DashboardContext(_api);

        var view = ctx.Render<ScanReportView>(p => p.Add(v => v.Report, Report(new PolicyReport(".sentinel.yml", [], 1, ["The suppression of rule a ended."]))));

        var panel = view.Find("section[aria-labelledby=policy]");
        Assert.Contains("1 finding does not count because of it.", panel.TextContent, StringComparison.Ordinal);
        Assert.Contains("The suppression of rule a ended.", panel.TextContent, StringComparison.Ordinal);
        Assert.Empty(panel.QuerySelectorAll("table"));
    }

    [Fact]
    public async Task Policy_None_ShowsNothing()
    {
        await using var ctx = new DashboardContext(_api);

        Assert.Empty(ctx.Render<ScanReportView>(p => p.Add(v => v.Report, Report(null))).FindAll("section[aria-labelledby=policy]"));
    }

    private static ScanReportDetail Report(PolicyReport? policy) => new(IsComplete: true, [], [], [], 0, Policy: policy);
}
