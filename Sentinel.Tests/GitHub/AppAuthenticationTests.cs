using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sentinel.GitHub.App;
using Sentinel.GitHub.Errors;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.GitHub;

/// <summary>The App proves who it is by a signed token that GitHub's clock finds valid.</summary>
public sealed class AppAuthenticationTests : IAsyncLifetime
{
    private FakeGitHubServer _gitHub = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _gitHub = await FakeGitHubServer.StartAsync(Token);

    public ValueTask DisposeAsync() => _gitHub.DisposeAsync();

    [Fact]
    public async Task App_RightKey_IsAccepted()
    {
        await using var host = new GitHubHost(_gitHub);

        var app = await host.Clients.App.GetAsync<JsonObject>("app", Token);

        Assert.Equal(_gitHub.App.Slug, app["slug"]!.GetValue<string>());
        Assert.Equal("GET /app by app: 200", Assert.Single(_gitHub.Calls).ToString());
    }

    [Fact]
    public async Task App_KeyWithEscapedLineBreaks_IsAccepted()
    {
        await using var host = new GitHubHost(_gitHub, settings: ("GITHUB_APP_PRIVATE_KEY", _gitHub.App.PrivateKeyPem.Replace("\n", "\\n", StringComparison.Ordinal)));

        Assert.NotNull(await host.Clients.App.GetAsync<JsonObject>("app", Token));
    }

    [Fact]
    public async Task App_AnotherKey_IsRefusedOnce()
    {
        using var other = RSA.Create(2048);
        await using var host = new GitHubHost(_gitHub, settings: ("GITHUB_APP_PRIVATE_KEY", other.ExportRSAPrivateKeyPem()));

        var refusal = await Assert.ThrowsAsync<GitHubUnauthorizedException>(() => host.Clients.App.GetAsync<JsonObject>("app", Token));

        Assert.Equal(401, refusal.StatusCode);
        Assert.Single(_gitHub.Calls);
    }

    [Fact]
    public async Task App_NoneConfigured_SaysWhatToSet()
    {
        await using var host = new GitHubHost(_gitHub, settings: ("GITHUB_APP_ID", ""));

        Assert.False(await host.Clients.HasAppAsync(Token));
        var refusal = await Assert.ThrowsAsync<GitHubUnauthorizedException>(() => host.Clients.App.GetAsync<JsonObject>("app", Token));
        Assert.Contains("GITHUB_APP_ID", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(3600)]
    public async Task App_ClockIsWrong_TakesGitHubsAndTriesOnceMore(int seconds)
    {
        _gitHub.Clock = new ManualClock(TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(seconds));
        await using var host = new GitHubHost(_gitHub);

        await host.Clients.App.GetAsync<JsonObject>("app", Token);
        await host.Clients.App.GetAsync<JsonObject>("app/installations/1", Token).ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.Equal(["GET /app by anonymous: 401", "GET /app by app: 200", "GET /app/installations/1 by app: 404"], _gitHub.Calls.Select(c => c.ToString()));
        Assert.Contains(host.Logs, l => l.Contains("clock differs from GitHub's", StringComparison.Ordinal));
    }

    [Fact]
    public void Jwt_Claims_LieWithinGitHubsLimits()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        var app = new GitHubAppCredentials { AppId = 7, PrivateKeyPem = _gitHub.App.PrivateKeyPem };

        var parts = AppJwt.Create(app, now).Split('.');

        Assert.Equal("""{"alg":"RS256","typ":"JWT"}"""u8.ToArray(), Base64Url.DecodeFromChars(parts[0]));
        var claims = JsonSerializer.Deserialize<JsonObject>(Base64Url.DecodeFromChars(parts[1]))!;
        Assert.Equal((now.ToUnixTimeSeconds() - 60, now.ToUnixTimeSeconds() + 540, "7"), ((long)claims["iat"]!, (long)claims["exp"]!, (string)claims["iss"]!));
    }

    [Fact]
    public void Credentials_Printed_ShowTheIdAlone()
    {
        var app = new GitHubAppCredentials { AppId = 7, PrivateKeyPem = "key", WebhookSecret = "hook", ClientId = "id", ClientSecret = "secret" };

        Assert.Equal("GitHubAppCredentials { AppId = 7 }", app.ToString());
    }
}
