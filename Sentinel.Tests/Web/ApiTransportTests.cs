using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Logging.Abstractions;
using Sentinel.Contracts.Findings;
using Sentinel.Tests.Web.Fakes;
using Sentinel.Web;
using Sentinel.Web.Security;

namespace Sentinel.Tests.Web;

public sealed class ApiTransportTests : IAsyncLifetime
{
    private FakeApi _api = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _api = await FakeApi.StartAsync(Stop);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Findings_Filters_GoToTheApiWithSessionAndRequestId()
    {
        var id = _api.Estate.Repositories[0].Id;
        var result = await Client().FindingsAsync(
            new FindingQuery { State = [FindingState.Open, FindingState.Reopened], Severity = [Severity.High], RepositoryId = id, Q = "a b", Limit = 50 }, Stop);

        Assert.NotNull(result.Value);
        var call = Assert.Single(_api.Calls);
        Assert.Equal($"/api/v1/findings?limit=50&state=Open&state=Reopened&severity=High&repositoryId={id}&q=a%20b", call.PathAndQuery);
        Assert.Equal("Bearer " + FakeApi.Token, call.Authorization);
        Assert.True(Guid.TryParse(call.RequestId, out _));
    }

    [Fact]
    public async Task Call_Refused_GivesProblemDetailsAndRequestId()
    {
        _api.FailWith = 503;
        var result = await Client().OverviewAsync(Stop);

        var error = Assert.IsType<ApiError>(result.Error);
        Assert.Equal((503, "Refused by the fake", "The fake API was told to fail."), (error.Status!.Value, error.Title, error.Detail));
        Assert.Equal(_api.Calls.Single().RequestId, error.RequestId);
    }

    [Fact]
    public async Task Call_UnknownThing_IsNotFound() => Assert.True((await Client().FindingAsync(Guid.Empty, Stop)).Error?.IsNotFound);

    [Fact]
    public async Task Call_SessionRejected_IsUnauthorized() => Assert.True((await Client("sns_other").OverviewAsync(Stop)).Error?.IsUnauthorized);

    [Fact]
    public async Task Call_NobodyAnswers_IsAnErrorAndNotAnException()
    {
        await _api.DisposeAsync();
        var result = await Client().OverviewAsync(Stop);

        Assert.Null(result.Error!.Status);
        Assert.True(Guid.TryParse(result.Error.RequestId, out _));
    }

    [Fact]
    public async Task Call_CallerLeft_PassesThrough()
    {
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client().OverviewAsync(left.Token));
    }

    [Fact]
    public async Task WatchScan_Events_ArriveOneByOne()
    {
        var steps = new List<int>();
        await foreach (var step in Client().WatchScanAsync(_api.Estate.Scans[0].Id, Stop))
            steps.Add(step.FilesDone);

        Assert.Equal([1284, 1285, 1286, 1287], steps);
    }

    private SentinelClient Client(string token = FakeApi.Token) => new(new ApiTransport(
        new HttpClient { BaseAddress = new Uri(_api.Url) }, new SessionTokens(new Someone(token)), NullLogger<ApiTransport>.Instance));

    private sealed class Someone(string token) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() =>
            Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity([new Claim(SessionTokens.TokenClaim, token)], "test"))));
    }
}
