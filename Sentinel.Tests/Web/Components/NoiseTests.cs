using Bunit;
using Sentinel.Tests.Web.Fakes;
using Sentinel.Web.Components.Controls;

namespace Sentinel.Tests.Web.Components;

public sealed class NoiseTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private FakeApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await FakeApi.StartAsync(Xunit.TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Panel_OfARepository_ShowsFiguresStatesAndWhoDecided()
    {
        await using var ctx = new DashboardContext(_api);
        var panel = ctx.Render<NoisePanel>(p => p.Add(x => x.RepositoryId, _api.Estate.Repositories[1].Id));
        panel.WaitForElement("tbody tr", Patience);

        string[] rows = [.. panel.FindAll("tbody tr").Select(row => string.Join('|', row.QuerySelectorAll("td").Take(5).Select(cell => string.Join(' ', cell.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))))];
        Assert.Equal("unpinned-uses|64|3|4 %|Dashboard only", rows[0]);
        Assert.StartsWith("kubernetes-container-without-resource-limits|18|1|5 %|Always comments by mira", rows[1], StringComparison.Ordinal);
        Assert.Equal("template-injection|1|0|–|Comments", rows[3]);
    }

    [Theory]
    [InlineData("Always comment unpinned-uses in ", "unpinned-uses", true)]
    [InlineData("Let the figures decide on kubernetes-container-without-resource-limits in ", "kubernetes-container-without-resource-limits", false)]
    public async Task Panel_Button_ChangesTheModeOfItsRule(string label, string rule, bool always)
    {
        await using var ctx = new DashboardContext(_api, "Triager");
        var repository = _api.Estate.Repositories[1];
        var panel = ctx.Render<NoisePanel>(p => p.Add(x => x.RepositoryId, repository.Id));
        panel.WaitForElement("tbody tr", Patience);

        await panel.InvokeAsync(() => panel.Find($"[aria-label='{label}{repository.FullName}']").Click());

        panel.WaitForState(() => _api.Commands.Count == 1, Patience);
        Assert.Equal(($"/api/v1/noise/{repository.Id}", $$"""{"ruleId":"{{rule}}","always":{{(always ? "true" : "false")}}}"""), _api.Commands.Single());
    }

    [Fact]
    public async Task Panel_OfARuleForAViewer_ShowsItsRepositoriesAndNoButton()
    {
        await using var ctx = new DashboardContext(_api, "Viewer");
        var panel = ctx.Render<NoisePanel>(p => p.Add(x => x.RuleId, "unpinned-uses"));
        panel.WaitForElement("tbody tr", Patience);

        Assert.Equal(new[] { _api.Estate.Repositories[1].FullName, _api.Estate.Repositories[0].FullName }, panel.FindAll("tbody tr a").Select(a => a.TextContent));
        Assert.Empty(panel.FindAll("button"));
    }

    [Fact]
    public async Task Panel_NothingWasTold_SaysSo()
    {
        _api.Empty = true;
        await using var ctx = new DashboardContext(_api);
        var panel = ctx.Render<NoisePanel>(p => p.Add(x => x.RuleId, "unpinned-uses"));

        panel.WaitForState(() => panel.Markup.Contains("Nothing to count yet", StringComparison.Ordinal), Patience);
        Assert.Empty(panel.FindAll("table"));
    }
}
