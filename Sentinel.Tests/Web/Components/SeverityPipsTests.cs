using Bunit;
using Sentinel.Contracts.Repositories;
using Sentinel.Contracts.Scans;
using Sentinel.Tests.Web.Fakes;
using Sentinel.Web.Components.Controls;

namespace Sentinel.Tests.Web.Components;

/// <summary>What is open in a repository, in a few signs.</summary>
public sealed class SeverityPipsTests : IAsyncLifetime
{
    private FakeApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await FakeApi.StartAsync(Xunit.TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    /// <summary>Nothing that is known says nothing before somebody has looked.</summary>
    [Theory]
    [InlineData(null, 0, "Not known yet")]
    [InlineData(ScanStatus.Queued, 0, "Being scanned")]
    [InlineData(ScanStatus.Running, 0, "Being scanned")]
    [InlineData(ScanStatus.Succeeded, 0, "None open")]
    [InlineData(ScanStatus.Running, 2, "2 High")]
    public async Task Pips_TellNothingOpenOnlyAfterAScan(ScanStatus? status, int high, string expected)
    {
        await using var ctx = new DashboardContext(_api);
        var scan = status is { } known ? _api.Estate.Scans[0] with { Status = known } : null;

        var pips = ctx.Render<SeverityPips>(p => p.Add(x => x.Counts, new SeverityCounts(0, high, 0, 0, 0)).Add(x => x.LastScan, scan));

        Assert.Equal(expected, pips.Find("span").TextContent.Trim());
    }
}
