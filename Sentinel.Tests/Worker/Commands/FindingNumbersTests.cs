using Microsoft.EntityFrameworkCore;
using Sentinel.Data.Feedback;

namespace Sentinel.Tests.Worker.Commands;

/// <summary>A finding keeps its number at a pull request, and no other ever gets it.</summary>
public sealed class FindingNumbersTests : IAsyncLifetime
{
    private CommandBench _bench = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await CommandBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Numbers_OverPushes_StayAndAreNotGivenAgain()
    {
        Assert.Equal([(1, _bench.First.Id), (2, _bench.Second.Id)], await _bench.NumbersAsync());
        Assert.Contains("- `1` **High** GitHub token", Summary, StringComparison.Ordinal);
        Assert.Contains("- `2` **High** GitHub token", Summary, StringComparison.Ordinal);
        Assert.Equal(["`1` **High: GitHub token**", "`2` **High: GitHub token**"], _bench.Pull.ReviewComments.Select(c => c.Body.Split('\n')[1].Split(" (")[0]));

        // The first goes, a worse one comes.
        var third = await _bench.Feedback.FindingAsync("src/app.ini", 1, Sentinel.Contracts.Findings.Severity.Critical);
        await _bench.Feedback.PushAsync(_bench.Pull, ("src/app.ini", "token = z\nother = y\n"));
        await _bench.Feedback.ScanAsync(_bench.Pull, [third, _bench.Second]);
        await _bench.Feedback.DrainAsync();
        Assert.Equal([(1, _bench.First.Id), (2, _bench.Second.Id), (3, third.Id)], await _bench.NumbersAsync());
        Assert.Contains("- `3` **Critical** GitHub token", Summary, StringComparison.Ordinal);
        Assert.DoesNotContain("- `1` ", Summary, StringComparison.Ordinal);

        // It is back under its own number.
        await _bench.Feedback.PushAsync(_bench.Pull, ("src/app.ini", "region = eu\ntoken = x\n"));
        await _bench.Feedback.ScanAsync(_bench.Pull, [_bench.First]);
        await _bench.Feedback.DrainAsync();
        Assert.Contains("- `1` **High** GitHub token", Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Give_ByManyAtOnce_GivesEachFindingOneNumberAndEachNumberOneFinding()
    {
        var findings = Enumerable.Range(0, 40).Select(_ => Guid.CreateVersion7()).ToArray();

        var given = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            await using var database = _bench.Feedback.Database();
            var mine = findings.OrderBy(f => HashCode.Combine(f, i)).Take(20).ToList();
            return await FindingNumbers.GiveAsync(database, _bench.Feedback.Known.Id, _bench.Pull.Number, mine, Token);
        }));

        var pairs = given.SelectMany(g => g).Distinct().ToList();
        Assert.Equal(pairs.Count, pairs.Select(p => p.Key).Distinct().Count());
        Assert.Equal(Enumerable.Range(3, pairs.Count), pairs.Select(p => p.Value).Order());
    }

    [Fact]
    public async Task Numbers_OfAPullRequestThatIsForgotten_GoWithIt()
    {
        await using var database = _bench.Feedback.Database();
        await database.PullRequests.ExecuteDeleteAsync(Token);

        Assert.Empty(await _bench.NumbersAsync());
    }

    private string Summary => _bench.Feedback.Fake.IssueComments[0].Body;
}
