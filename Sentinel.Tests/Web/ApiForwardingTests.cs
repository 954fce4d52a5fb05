using System.Net;
using Sentinel.Contracts;
using Sentinel.Tests.Web.Fakes;

namespace Sentinel.Tests.Web;

public sealed class ApiForwardingTests
{
    [Fact]
    public async Task Request_ForwardingOn_ReachesTheApiWithItsCredentialsAndId()
    {
        await using var api = await FakeApi.StartAsync(TestContext.Current.CancellationToken);
        await using var web = await WebProcess.StartAsync(api.Url, TestContext.Current.CancellationToken, settings: [("SENTINEL_FORWARD_API", "true"), ("API_URL", api.Url)]);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{web.Url}/{ApiRoutes.Repositories.TrimStart('/')}?q=a"));
        request.Headers.Add("Authorization", $"Bearer {FakeApi.Token}");

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var call = api.Calls.Last(c => c.PathAndQuery.Contains("q=a", StringComparison.Ordinal));
        Assert.Equal($"Bearer {FakeApi.Token}", call.Authorization);
        Assert.Equal(response.Headers.GetValues("X-Request-ID").Single(), call.RequestId);
    }

    [Fact]
    public async Task Request_ForwardingOff_NeverReachesTheApi()
    {
        await using var api = await FakeApi.StartAsync(TestContext.Current.CancellationToken);
        await using var web = await WebProcess.StartAsync(api.Url, TestContext.Current.CancellationToken);
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });

        using var response = await http.PostAsync(new Uri($"{web.Url}/webhooks/github"), null, TestContext.Current.CancellationToken);

        Assert.NotEqual(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain(api.Calls, c => c.PathAndQuery.Contains("webhooks", StringComparison.Ordinal));
    }
}
