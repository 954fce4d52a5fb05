using System.Text.Json.Nodes;
using Sentinel.GitHub.Errors;
using Sentinel.GitHub.Installations;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.GitHub;

/// <summary>Installations' tokens are asked for as seldom as possible, and never outlive GitHub's trust in them.</summary>
public sealed class InstallationTokenTests : IAsyncLifetime
{
    private FakeGitHubServer _gitHub = null!;
    private FakeRepository _repository = null!;
    private FakeInstallation _installation = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string TokenPath => $"/app/installations/{_installation.Id}/access_tokens";

    public async ValueTask InitializeAsync()
    {
        _gitHub = await FakeGitHubServer.StartAsync(Token);
        _repository = _gitHub.AddRepository("acme/shop", isPrivate: true);
        _installation = _gitHub.Install("acme", _repository);
    }

    public ValueTask DisposeAsync() => _gitHub.DisposeAsync();

    [Fact]
    public async Task Token_UntilShortlyBeforeItsEnd_IsKept()
    {
        var clock = new SteppedClock(TimeProvider.System.GetUtcNow());
        _gitHub.Clock = clock;
        await using var host = new GitHubHost(_gitHub, clock);
        var connection = host.Clients.ForInstallation(_installation.Id);

        await connection.GetAsync<JsonObject>("repos/acme/shop", Token);
        clock.Advance(TimeSpan.FromMinutes(54));
        await connection.GetAsync<JsonObject>("repos/acme/shop", Token);
        Assert.Single(_gitHub.CallsOf("POST", TokenPath));

        clock.Advance(TimeSpan.FromMinutes(2));
        await host.Clients.ForInstallation(_installation.Id).GetAsync<JsonObject>("repos/acme/shop", Token);
        Assert.Equal(2, _gitHub.CallsOf("POST", TokenPath).Count);
    }

    [Fact]
    public async Task Token_ManyWantItAtOnce_IsAskedForOnce()
    {
        await using var host = new GitHubHost(_gitHub, settings: ("GitHub:MaxConcurrentRequests", "8"));
        var held = new TaskCompletionSource();
        _gitHub.Faults.Next("POST", TokenPath, new FakeFault.Slow(held.Task));

        var all = Enumerable.Range(0, 8).Select(_ => host.Clients.ForInstallation(_installation.Id).GetAsync<JsonObject>("repos/acme/shop", Token)).ToArray();
        held.SetResult();
        await Task.WhenAll(all);

        Assert.Single(_gitHub.CallsOf("POST", TokenPath));
        Assert.Equal(8, _gitHub.CallsOf("GET", "/repos/acme/shop").Count);
    }

    [Fact]
    public async Task Token_Revoked_IsReplacedAndTheRequestSentAgain()
    {
        await using var host = new GitHubHost(_gitHub);
        var connection = host.Clients.ForInstallation(_installation.Id);
        await connection.GetAsync<JsonObject>("repos/acme/shop", Token);
        _gitHub.Faults.Next("GET", "/repos/acme/shop", new FakeFault.RevokeToken());

        var repository = await connection.GetAsync<JsonObject>("repos/acme/shop", Token);

        Assert.Equal("acme/shop", repository["full_name"]!.GetValue<string>());
        Assert.Equal([200, 401, 304], _gitHub.CallsOf("GET", "/repos/acme/shop").Select(c => c.Status));
        Assert.Equal(2, _gitHub.CallsOf("POST", TokenPath).Count);
    }

    [Fact]
    public async Task Token_Narrowed_AsksForThatAlone()
    {
        await using var host = new GitHubHost(_gitHub);
        var scope = InstallationScope.ReadContents(_repository.Id, "shop");

        await host.Clients.TokenAsync(_installation.Id, scope, Token);
        await host.Clients.TokenAsync(_installation.Id, InstallationScope.ReadContents(_repository.Id, "shop"), Token);
        await host.Clients.TokenAsync(_installation.Id, InstallationScope.Everything, Token);

        var calls = _gitHub.CallsOf("POST", TokenPath);
        Assert.Equal([$$$"""{"repository_ids":[{{{_repository.Id}}}],"permissions":{"contents":"read","metadata":"read"}}""", null], calls.Select(c => c.Body?.ToJsonString()));
        var refusal = await Assert.ThrowsAsync<GitHubForbiddenException>(() =>
            host.Clients.ForInstallation(_installation.Id, scope).SendAsync<JsonObject>(HttpMethod.Post, "repos/acme/shop/check-runs", new { name = "x", head_sha = "x" }, Token));
        Assert.Equal("checks=write", refusal.MissingPermission);
    }

    [Fact]
    public async Task Token_AppWasRemoved_IsNotFound()
    {
        await using var host = new GitHubHost(_gitHub);
        _gitHub.Uninstall(_installation);

        await Assert.ThrowsAsync<GitHubNotFoundException>(() => host.Clients.ForInstallation(_installation.Id).GetAsync<JsonObject>("repos/acme/shop", Token));
    }

    [Fact]
    public async Task Token_WaitsForAnother_CanBeGivenUp()
    {
        await using var host = new GitHubHost(_gitHub);
        var held = new TaskCompletionSource();
        _gitHub.Faults.Next("POST", TokenPath, new FakeFault.Slow(held.Task));
        using var stop = new CancellationTokenSource();
        var first = host.Clients.TokenAsync(_installation.Id, InstallationScope.Everything, Token);
        var second = host.Clients.TokenAsync(_installation.Id, InstallationScope.Everything, stop.Token);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await second);
        held.SetResult();

        Assert.Equal("***", (await first).ToString());
    }
}
