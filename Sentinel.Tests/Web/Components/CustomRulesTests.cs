using Bunit;
using MudBlazor;
using Sentinel.Tests.Web.Fakes;
using Sentinel.Web.Components.Controls;
using Sentinel.Web.Components.Pages;

namespace Sentinel.Tests.Web.Components;

public sealed class CustomRulesTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private FakeApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await FakeApi.StartAsync(Xunit.TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Rule_TriedVersion_ShowsTheDifferenceAndCanBeActivated()
    {
        await using var ctx = new DashboardContext(_api);
        ctx.Render<MudPopoverProvider>();
        var page = ctx.Render<CustomRule>(p => p.Add(r => r.Id, FakeCustomRules.Waiting));
        page.WaitForElement(".dry-run", Patience);

        Assert.Contains("Would add 12, remove 3", page.Markup, StringComparison.Ordinal);
        Assert.Equal(4, page.FindAll(".samples li").Count);
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent == "Activate version 2").Click());
        page.WaitForState(() => _api.Commands.Count == 1, Patience);
        Assert.Equal($"/api/v1/custom-rules/{FakeCustomRules.Waiting}/versions/2/activate", _api.Commands.Single().Path);
    }

    [Fact]
    public async Task Rule_Triager_MayTryButNotActivate()
    {
        await using var ctx = new DashboardContext(_api, "Triager");
        ctx.Render<MudPopoverProvider>();
        var page = ctx.Render<CustomRule>(p => p.Add(r => r.Id, FakeCustomRules.Waiting));
        page.WaitForElement(".dry-run", Patience);

        Assert.Equal(["Dry run again", "Dry run"], page.FindAll("button").Select(b => b.TextContent.Trim()).Where(t => t.StartsWith("Dry", StringComparison.Ordinal)));
        Assert.DoesNotContain(page.FindAll("button"), b => b.TextContent.Contains("ctivate", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Editor_WhileTyping_ChecksAndOnlyThenSaves()
    {
        await using var ctx = new DashboardContext(_api);
        ctx.Render<MudPopoverProvider>();
        var editor = ctx.Render<CustomRuleEditor>();
        Assert.True(editor.Find("button[type=submit]").HasAttribute("disabled"));

        await editor.InvokeAsync(() => editor.Find("#rule-title").Input("Acme token"));
        editor.WaitForState(() => editor.FindAll("[aria-labelledby=check] li").Count == 2, Patience);
        Assert.True(editor.Find("button[type=submit]").HasAttribute("disabled"));
        await editor.InvokeAsync(() => editor.Find("#rule-keywords").Input("acme_, acme-"));
        editor.WaitForState(() => editor.Markup.Contains("every example behaves", StringComparison.Ordinal), Patience);
        await editor.InvokeAsync(() => editor.Find("#rule-text").Input("token = something"));
        editor.WaitForState(() => editor.Markup.Contains("1 match", StringComparison.Ordinal), Patience);

        Assert.Contains("\"keywords\":[\"acme_\",\"acme-\"]", _api.Commands[^1].Body, StringComparison.Ordinal);
        Assert.Contains("\"text\":\"token = something\"", _api.Commands[^1].Body, StringComparison.Ordinal);
        await editor.InvokeAsync(() => editor.Find("form").Submit());
        editor.WaitForState(() => _api.Commands[^1].Path == "/api/v1/custom-rules", Patience);
        Assert.DoesNotContain("something", _api.Commands[^1].Body, StringComparison.Ordinal);
    }
}
