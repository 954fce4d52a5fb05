using System.Text.Json.Nodes;
using Sentinel.GitHub.Errors;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.GitHub;

/// <summary>What passes by itself is tried again, but nothing that GitHub may have done is done twice.</summary>
public sealed class RetryTests : IAsyncLifetime
{
    private const string Runs = "/repos/acme/shop/check-runs";

    private FakeGitHubServer _gitHub = null!;
    private FakeRepository _repository = null!;
    private FakeInstallation _installation = null!;
    private string _commit = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _gitHub = await FakeGitHubServer.StartAsync(Token);
        _repository = _gitHub.AddRepository("acme/shop", isPrivate: true);
        _commit = _repository.Git.Commit("Add", ("a.txt", "a"));
        _installation = _gitHub.Install("acme");
    }

    public ValueTask DisposeAsync() => _gitHub.DisposeAsync();

    [Fact]
    public async Task Get_FaultsAndLostConnections_IsTriedAgain()
    {
        await using var host = new GitHubHost(_gitHub);
        _gitHub.Faults.Next("GET", "/repos/acme/shop", new FakeFault.Status(502));
        _gitHub.Faults.Next("GET", "/repos/acme/shop", new FakeFault.Reset());
        _gitHub.Faults.Next("GET", "/repos/acme/shop", new FakeFault.Reset(AfterActing: true));

        Assert.NotNull(await host.Clients.ForInstallation(_installation.Id).GetAsync<JsonObject>("repos/acme/shop", Token));

        Assert.Equal([502, 0, 0, 200], _gitHub.CallsOf("GET", "/repos/acme/shop").Select(c => c.Status));
    }

    [Fact]
    public async Task Get_FaultThatStays_IsUnavailable()
    {
        await using var host = new GitHubHost(_gitHub);
        _gitHub.Faults.Next("GET", "/repos/acme/shop", new FakeFault.Status(503, "No server is currently available"), times: 4);

        var fault = await Assert.ThrowsAsync<GitHubUnavailableException>(() => host.Clients.ForInstallation(_installation.Id).GetAsync<JsonObject>("repos/acme/shop", Token));

        Assert.Equal((503, false, true, 0), (fault.StatusCode, fault.MayHaveActed, fault.IsTransient, _gitHub.Faults.Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_ConnectionLost_IsNotRepeatedAndSaysThatItMayHaveActed(bool acted)
    {
        await using var host = new GitHubHost(_gitHub);
        _gitHub.Faults.Next("POST", Runs, new FakeFault.Reset(acted));

        var fault = await Assert.ThrowsAsync<GitHubUnavailableException>(() => CreateRunAsync(host));

        Assert.True(fault.MayHaveActed);
        Assert.Single(_gitHub.CallsOf("POST", Runs));
        Assert.Equal(acted ? 1 : 0, _repository.CheckRuns.Count);
    }

    [Fact]
    public async Task Post_FaultAfterActing_IsNotRepeated()
    {
        await using var host = new GitHubHost(_gitHub);
        _gitHub.Faults.Next("POST", Runs, new FakeFault.Status(502, AfterActing: true));

        var fault = await Assert.ThrowsAsync<GitHubUnavailableException>(() => CreateRunAsync(host));

        Assert.True(fault.MayHaveActed);
        Assert.Single(_repository.CheckRuns);
    }

    [Fact]
    public async Task Post_NobodyListens_DidCertainlyNotAct()
    {
        await using var host = new GitHubHost(_gitHub, settings: ("GITHUB_API_URL", "http://127.0.0.1:9/"));

        var fault = await Assert.ThrowsAsync<GitHubUnavailableException>(() => host.Clients.App.SendAsync(HttpMethod.Post, "app/hook/deliveries/1/attempts", null, Token));

        Assert.False(fault.MayHaveActed);
    }

    [Fact]
    public async Task Post_SecondaryLimit_WaitsAsLongAsGitHubSays()
    {
        var clock = new SteppedClock(TimeProvider.System.GetUtcNow());
        _gitHub.Clock = clock;
        await using var host = new GitHubHost(_gitHub, clock);
        _gitHub.Faults.Next("POST", Runs, new FakeFault.SecondaryLimit(TimeSpan.FromSeconds(45)));

        var creating = CreateRunAsync(host);
        await clock.UntilWaitingAsync(due => due == TimeSpan.FromSeconds(45));
        Assert.Single(_gitHub.CallsOf("POST", Runs));
        clock.Advance(TimeSpan.FromSeconds(45));
        await creating;

        Assert.Equal([403, 201], _gitHub.CallsOf("POST", Runs).Select(c => c.Status));
        Assert.Single(_repository.CheckRuns);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(429)]
    public async Task Post_SecondaryLimitWithoutATime_WaitsAMinute(int status)
    {
        var clock = new SteppedClock(TimeProvider.System.GetUtcNow());
        _gitHub.Clock = clock;
        await using var host = new GitHubHost(_gitHub, clock);
        _gitHub.Faults.Next("POST", Runs, new FakeFault.SecondaryLimit(null) { Code = status });

        var creating = CreateRunAsync(host);
        await clock.UntilWaitingAsync(due => due == TimeSpan.FromMinutes(1));
        clock.Advance(TimeSpan.FromMinutes(1));
        await creating;

        Assert.Single(_repository.CheckRuns);
    }

    [Fact]
    public async Task Any_PrimaryLimit_SaysUntilWhenAndAsksNoMore()
    {
        var clock = new SteppedClock(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        _gitHub.Clock = clock;
        await using var host = new GitHubHost(_gitHub, clock);
        _gitHub.Faults.Next("GET", "/repos/acme/shop", new FakeFault.PrimaryLimit(TimeSpan.FromMinutes(20)));
        var connection = host.Clients.ForInstallation(_installation.Id);

        var first = await Assert.ThrowsAsync<GitHubRateLimitedException>(() => connection.GetAsync<JsonObject>("repos/acme/shop", Token));
        var second = await Assert.ThrowsAsync<GitHubRateLimitedException>(() => connection.GetAsync<JsonObject>("repos/acme/shop/pulls", Token));

        Assert.Equal([clock.GetUtcNow() + TimeSpan.FromSeconds(1201), clock.GetUtcNow() + TimeSpan.FromSeconds(1201)], new[] { first.Until, second.Until });
        Assert.False(first.IsSecondary);
        Assert.Single(_gitHub.CallsOf("GET", "/repos/acme/shop"));
        Assert.Empty(_gitHub.CallsOf("GET", "/repos/acme/shop/pulls"));

        clock.Advance(TimeSpan.FromSeconds(1202));
        Assert.NotNull(await connection.GetAsync<JsonObject>("repos/acme/shop", Token));
    }

    [Fact]
    public async Task Get_NoAnswer_IsGivenUpAndTriedAgain()
    {
        var clock = new SteppedClock(TimeProvider.System.GetUtcNow());
        await using var host = new GitHubHost(_gitHub, clock);
        var connection = host.Clients.ForInstallation(_installation.Id);
        await connection.GetAsync<JsonObject>("repos/acme/shop", Token);
        var answered = _gitHub.Calls.Count;
        _gitHub.Faults.Next("GET", "/repos/acme/shop", new FakeFault.Slow(Task.Delay(Timeout.Infinite, Token)));

        var getting = connection.GetAsync<JsonObject>("repos/acme/shop", Token);
        while (_gitHub.Calls.Count == answered) await Task.Delay(10, Token);
        clock.Advance(TimeSpan.FromSeconds(30));

        Assert.NotNull(await getting);
        Assert.Equal([200, 0, 304], _gitHub.CallsOf("GET", "/repos/acme/shop").Select(c => c.Status));
    }

    private Task<JsonObject> CreateRunAsync(GitHubHost host) =>
        host.Clients.ForInstallation(_installation.Id).SendAsync<JsonObject>(HttpMethod.Post, Runs[1..], new { Name = "Sentinel", HeadSha = _commit }, Token);
}
