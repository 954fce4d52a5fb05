using Bunit;
using Sentinel.Tests.Web.Fakes;
using Sentinel.Web.Components.Pages;
using Sentinel.Web.Model;

namespace Sentinel.Tests.Web.Components;

public sealed class PeopleTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private FakeApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await FakeApi.StartAsync(Xunit.TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Page_ChangeRole_TellsTheApi()
    {
        await using var ctx = new DashboardContext(_api);
        var page = ctx.Render<People>();
        page.WaitForElement("table", Patience);

        Assert.Equal(["all", "4", "1"], page.FindAll("[data-label=Repositories]").Select(cell => cell.TextContent));
        await page.InvokeAsync(() => page.Find("[aria-label='Role of sam']").Change("Admin"));

        page.WaitForState(() => _api.Commands.Count == 1, Patience);
        Assert.EndsWith("/role", _api.Commands[0].Path, StringComparison.Ordinal);
        Assert.Equal("""{"role":"Admin"}""", _api.Commands[0].Body);
    }

    [Fact]
    public async Task Page_SignOut_AsksFirst()
    {
        await using var ctx = new DashboardContext(_api);
        var page = ctx.Render<People>();
        page.WaitForElement("table", Patience);

        await page.InvokeAsync(() => page.Find("[aria-label='Sign kit out']").Click());
        Assert.Empty(_api.Commands);
        await page.InvokeAsync(() => page.Find(".end-row button").Click());

        page.WaitForState(() => _api.Commands.Count == 1, Patience);
        Assert.EndsWith("/sign-out", _api.Commands[0].Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_ForWhoeverIsNoAdministrator_IsDenied()
    {
        _api.FailWith = 403;
        await using var ctx = new DashboardContext(_api, "Viewer");
        var page = ctx.Render<People>();

        page.WaitForState(() => page.Markup.Contains("Your role does not show this", StringComparison.Ordinal), Patience);
        Assert.Empty(page.FindAll("table"));
    }

    [Theory]
    [InlineData("Ada Lovelace", "AL")]
    [InlineData("ada-king-lovelace", "AL")]
    [InlineData("octocat", "O")]
    [InlineData("-", "?")]
    [InlineData(null, "?")]
    public void Initials_AreOfTheFirstAndTheLastWord(string? name, string initials) => Assert.Equal(initials, Initials.Of(name));
}
