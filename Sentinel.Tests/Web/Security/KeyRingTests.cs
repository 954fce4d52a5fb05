using System.Text.RegularExpressions;
using Sentinel.Tests.Support;
using Sentinel.Tests.Web.Fakes;
using StackExchange.Redis;

namespace Sentinel.Tests.Web.Security;

/// <summary>The keys that seal the dashboard's cookies, in a real Redis.</summary>
public sealed partial class KeyRingTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task KeysInRedis_WithSentinelKey_AreEncryptedAndSharedByInstances()
    {
        await using var redis = await TestRedis.StartAsync(RedisServer.Garnet, Stop);
        await using var api = await FakeApi.StartAsync(Stop);
        (string, string)[] settings = [("REDIS_URL", $"redis://127.0.0.1:{redis.Port}"), ("SENTINEL_KEY", "a key of the test's own: 0123456789abcdef")];
        await using var first = await WebProcess.StartAsync(api.Url, Stop, settings: settings);
        await using var second = await WebProcess.StartAsync(api.Url, Stop, settings: settings);
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        var token = Antiforgery().Match(await http.GetStringAsync(first.Url + "/sign-in", Stop)).Groups[1].Value;
        using var signedIn = await http.PostAsync(first.Url + "/sign-in/local", new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("returnUrl", "/")]), Stop);

        // Cookies go by host, not by port: the other instance is sent the same.
        using var page = await http.GetAsync(second.Url + "/settings", Stop);

        Assert.Equal(System.Net.HttpStatusCode.OK, page.StatusCode);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var keys = (await connection.GetDatabase().ListRangeAsync("sentinel:web:data-protection")).Select(value => value.ToString()).ToList();
        Assert.NotEmpty(keys);
        Assert.All(keys, xml => Assert.Contains("AES-256-GCM", xml, StringComparison.Ordinal));
        Assert.All(keys, xml => Assert.DoesNotContain("masterKey", xml, StringComparison.Ordinal));
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Antiforgery();
}
