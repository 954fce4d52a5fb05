using Bunit;
using Sentinel.Contracts.Findings;
using Sentinel.Tests.Web.Fakes;
using Sentinel.Web.Components.Controls;
using Sentinel.Web.Model;

namespace Sentinel.Tests.Web.Components;

/// <summary>The proved fix on a finding's page.</summary>
public sealed class FixPanelTests : IAsyncLifetime
{
    private static readonly ProvedFix Fix = new(8, 9, "put\n  in", "It does what it says.", "a/b@1");

    private FakeApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await FakeApi.StartAsync(Xunit.TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Panel_ShowsOldAndNewLines()
    {
        await using var ctx = new DashboardContext(_api);

        var panel = ctx.Render<FixPanel>(p => p.Add(x => x.Offered, OfferedFix.Of(Finding(Instance("refs/heads/main", Fix)))!));

        Assert.Equal(["8 − eight", "9 − nine", "+ put", "+   in"], panel.FindAll("tr").Select(row =>
            $"{row.QuerySelector(".line-no")!.TextContent} {row.QuerySelector(".line-sign")!.TextContent} {row.QuerySelector("pre")!.TextContent}".TrimStart()));
        Assert.Contains("lines 8 to 9", panel.Markup, StringComparison.Ordinal);
        Assert.Contains("a/b@1", panel.Markup, StringComparison.Ordinal);
        Assert.Single(panel.FindAll("button"));
    }

    [Fact]
    public async Task Panel_FixThatDeletes_HasNothingToCopy()
    {
        await using var ctx = new DashboardContext(_api);

        var panel = ctx.Render<FixPanel>(p => p.Add(x => x.Offered, OfferedFix.Of(Finding(Instance("refs/heads/main", Fix with { Replacement = null })))!));

        Assert.Empty(panel.FindAll("tr.added"));
        Assert.Empty(panel.FindAll("button"));
        Assert.Contains("Delete", panel.Find(".panel-foot").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Offered_PrefersABranch_AndLeavesOutWhatIsGone()
    {
        Assert.Null(OfferedFix.Of(Finding(Instance("refs/heads/main", null), Instance("refs/heads/old", Fix) with { Present = false })));
        Assert.Equal("refs/heads/b", OfferedFix.Of(Finding(Instance("refs/pull/1/head", Fix), Instance("refs/heads/b", Fix)))!.Ref);
        // Elsewhere than the snippet: the old lines are not known.
        var elsewhere = Instance("refs/heads/main", Fix) with { Places = [new Place("other.yml", 8, 1, 8, 2)] };
        Assert.Equal([null, null], OfferedFix.Of(Finding(elsewhere))!.Lines.Select(l => l.Number));
    }

    private FindingDetail Finding(params FindingInstance[] instances) => FakeDetails.Finding(_api.Estate, _api.Estate.Findings[0]) with
    {
        Path = "ci.yml",
        StartLine = 8,
        Snippet = "seven\neight\nnine\nten",
        SnippetStartLine = 7,
        Instances = instances,
    };

    private static FindingInstance Instance(string name, ProvedFix? fix) => new(name, new string('a', 40), true, Guid.Empty, [new Place("ci.yml", 8, 1, 8, 2)], fix);
}
