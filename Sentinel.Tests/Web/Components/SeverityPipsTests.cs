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
    [InlineData(null, false, 0, "Not known yet")]
    [InlineData(ScanStatus.Queued, false, 0, "Being scanned")]
    [InlineData(ScanStatus.Running, false, 0, "Being scanned")]
    [InlineData(ScanStatus.DeadLettered, false, 0, "Not known yet")]
    [InlineData(ScanStatus.Cancelled, false, 0, "Not known yet")]
    [InlineData(ScanStatus.Running, true, 0, "None open")]
    [InlineData(ScanStatus.Succeeded, true, 0, "None open")]
    [InlineData(ScanStatus.Running, false, 2, "2 High")]
    public async Task Pips_TellNothingOpenOnlyAfterAScan(ScanStatus? status, bool scanned, int high, string expected)
    {
        await using var ctx = new DashboardContext(_api);
        var scan = status is { } known ? _api.Estate.Scans[0] with { Status = known } : null;

        var repository = _api.Estate.Repositories[0] with { Open = new SeverityCounts(0, high, 0, 0, 0), LastScan = scan, Scanned = scanned };
        var pips = ctx.Render<SeverityPips>(p => p.Add(x => x.Repository, repository));

        Assert.Equal(expected, pips.Find("span").TextContent.Trim());
    }
}
