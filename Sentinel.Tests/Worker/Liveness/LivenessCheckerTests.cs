using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Sentinel.Contracts.Liveness;
using Sentinel.Tests.Fakes.FakeProvider;
using Sentinel.Worker.Liveness;

namespace Sentinel.Tests.Worker.Liveness;

/// <summary>What happens between Sentinel and a provider, over real HTTP.</summary>
public sealed class LivenessCheckerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Check_EveryProvider_SendsTheSecretToItAndNeverInTheAddress()
    {
        await using var bench = await LivenessBench.StartAsync("Development");
        var secret = LivenessBench.Secret();

        foreach (var provider in LivenessProviders.All) Assert.NotNull(await bench.Checker.CheckAsync(provider, secret, Cancellation));

        Assert.Equal(LivenessProviders.All.Select(p => (p.Method, p.Path)), bench.Provider.Calls.Select(c => (c.Method, c.PathAndQuery)));
        foreach (var (provider, call) in LivenessProviders.All.Zip(bench.Provider.Calls))
        {
            Assert.Equal(provider.Sign is null, Sent(call).Contains(secret.Value, StringComparison.Ordinal));
            Assert.StartsWith("Sentinel/", call.Headers["User-Agent"], StringComparison.Ordinal);
            Assert.Equal([], call.Headers.Keys.Intersect(["X-Request-ID", "traceparent", "Cookie"], StringComparer.OrdinalIgnoreCase));
        }
        Assert.Equal([], bench.Logs.Where(line => line.Contains(secret.Value, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Check_LiveAndDead_AreToldApart()
    {
        await using var bench = await LivenessBench.StartAsync("Development");
        var live = await AskAsync(bench);
        bench.Provider.Answer = FakeProviderServer.Status(401, """{"message":"Bad credentials"}""");
        var dead = await AskAsync(bench);

        Assert.Equal(LivenessState.Live, live!.State);
        Assert.Equal((LivenessState.Dead, $"GET {bench.Provider.Url.Authority}/user answered 401 with message Bad credentials"), (dead!.State, dead.Evidence));
    }

    [Fact]
    public async Task Check_RateLimited_LeavesTheProviderAloneAsLongAsItWants()
    {
        await using var bench = await LivenessBench.StartAsync("Development");
        bench.Provider.Answer = FakeProviderServer.Status(429, "", ("Retry-After", "600"));

        var first = await AskAsync(bench);
        var second = await AskAsync(bench);
        var other = await bench.Checker.CheckAsync(LivenessBench.Definition("gitlab"), LivenessBench.Secret(), Cancellation);

        Assert.Equal((LivenessState.Unknown, TimeSpan.FromMinutes(10)), (first!.State, first.RetryAfter));
        Assert.Null(second);
        Assert.NotNull(other);
        Assert.Equal(2, bench.Provider.Calls.Count);
    }

    [Fact]
    public async Task Check_OwnLimitReached_AsksNoMore()
    {
        await using var bench = await LivenessBench.StartAsync("Development", ("Liveness:RequestsPerMinute", "6"));

        Assert.NotNull(await AskAsync(bench));
        Assert.Null(await AskAsync(bench));
        Assert.Single(bench.Provider.Calls);
    }

    [Fact]
    public async Task Check_ServerErrors_OpenTheCircuit()
    {
        await using var bench = await LivenessBench.StartAsync("Development");
        bench.Provider.Answer = FakeProviderServer.Status(500);
        var answers = new List<LivenessAnswer?>();
        for (var i = 0; i < 12; i++) answers.Add(await AskAsync(bench));

        Assert.Equal(LivenessState.Unknown, answers[0]!.State);
        Assert.Null(answers[^1]);
        Assert.InRange(bench.Provider.Calls.Count, 5, 11);
    }

    [Fact]
    public async Task Check_SilentProvider_EndsInTime()
    {
        await using var bench = await LivenessBench.StartAsync("Development", ("Liveness:RequestTimeout", "00:00:00.300"));
        bench.Provider.Answer = FakeProviderServer.Silent;

        var answer = await AskAsync(bench).WaitAsync(TimeSpan.FromSeconds(20), Cancellation);

        Assert.Equal((LivenessState.Unknown, $"GET {bench.Provider.Url.Authority}/user did not answer within 0.3 s"), (answer!.State, answer.Evidence));
    }

    [Fact]
    public async Task Check_EndlessAnswer_IsCut()
    {
        await using var bench = await LivenessBench.StartAsync("Development");
        bench.Provider.Answer = async context =>
        {
            context.Response.StatusCode = 401;
            await FakeProviderServer.Endless(context);
        };

        var answer = await AskAsync(bench).WaitAsync(TimeSpan.FromSeconds(20), Cancellation);

        Assert.Equal((LivenessState.Unknown, $"GET {bench.Provider.Url.Authority}/user answered 401 with more than 256 KiB"), (answer!.State, answer.Evidence));
    }

    [Fact]
    public async Task Check_ResetConnection_ProvesNothing()
    {
        await using var bench = await LivenessBench.StartAsync("Development");
        bench.Provider.Answer = FakeProviderServer.Reset;

        var answer = await AskAsync(bench);

        Assert.Equal(LivenessState.Unknown, answer!.State);
        Assert.StartsWith($"GET {bench.Provider.Url.Authority}/user could not be reached", answer.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_Redirect_IsNotFollowed()
    {
        await using var elsewhere = await FakeProviderServer.StartAsync(Cancellation);
        await using var bench = await LivenessBench.StartAsync("Development");
        foreach (var status in new[] { 301, 302, 303, 307, 308 })
        {
            bench.Provider.Answer = FakeProviderServer.Status(status, "", ("Location", new Uri(elsewhere.Url, "/user").AbsoluteUri));
            Assert.Equal($"GET {bench.Provider.Url.Authority}/user answered {status}: redirects are not followed", (await AskAsync(bench))!.Evidence);
        }

        Assert.Empty(elsewhere.Calls);
    }

    [Fact]
    public async Task Check_ValueThatCouldEndAHeader_IsNotSent()
    {
        await using var bench = await LivenessBench.StartAsync("Development");
        var secret = new LeakedValue(new string('b', 64), "github-pat", "abc\r\nX-Injected: 1", []);

        var answer = await bench.Checker.CheckAsync(LivenessBench.Definition("github"), secret, Cancellation);

        Assert.Equal((LivenessState.Unknown, false), (answer!.State, answer.Asked));
        Assert.Empty(bench.Provider.Calls);
    }

    [Fact]
    public async Task Check_MissingPart_IsNotSent()
    {
        await using var bench = await LivenessBench.StartAsync("Development");

        var answer = await bench.Checker.CheckAsync(LivenessBench.Definition("aws"), new LeakedValue(new string('b', 64), "aws-secret-access-key", "value", []), Cancellation);

        Assert.Equal("Amazon Web Services was not asked: no access key ID stands beside the secret", answer!.Evidence);
        Assert.Empty(bench.Provider.Calls);
    }

    [Fact]
    public async Task Check_Aws_SignatureIsTheOneAwsComputes()
    {
        await using var bench = await LivenessBench.StartAsync("Development");
        var secret = LivenessBench.Secret();

        await bench.Checker.CheckAsync(LivenessBench.Definition("aws"), secret, Cancellation);

        var call = Assert.Single(bench.Provider.Calls);
        Assert.Equal("Action=GetCallerIdentity&Version=2011-06-15", call.Body);
        Assert.Equal(ExpectedSignature(call, secret.Value), call.Headers["Authorization"].Split("Signature=")[1]);
        Assert.Contains($"Credential={secret.Part("access key ID")}/", call.Headers["Authorization"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Liveness:BaseUrls:github", "http://api.github.example", "api.github.example would be asked by http; only https is allowed")]
    [InlineData("Liveness:BaseUrls:github", "file:///etc/passwd", " would be asked by file; only https is allowed")]
    [InlineData("Liveness:BaseUrls:github", "https://user:pass@api.github.example", "Liveness:BaseUrls:github is not an address such as https://host.example")]
    [InlineData("Liveness:AllowedHosts:0", "api.stripe.com", "127.0.0.1 is not among Liveness:AllowedHosts")]
    [InlineData("Liveness:Checks", "false", "Liveness:Checks is false")]
    public async Task Check_AddressTheOperatorDidNotAllow_IsNotAsked(string key, string value, string why)
    {
        await using var bench = await LivenessBench.StartAsync("Development", (key, value));

        Assert.Equal($"GitHub was not asked: {why}", (await AskAsync(bench))!.Evidence);
        Assert.Empty(bench.Provider.Calls);
    }

    [Fact]
    public async Task Check_PlainHttpInProduction_IsNotAsked()
    {
        await using var bench = await LivenessBench.StartAsync("Production");

        Assert.EndsWith("only https is allowed", (await AskAsync(bench))!.Evidence, StringComparison.Ordinal);
        Assert.Empty(bench.Provider.Calls);
    }

    [Theory]
    [InlineData("https://localhost")]
    [InlineData("https://127.0.0.1")]
    [InlineData("https://[::1]")]
    [InlineData("https://10.0.0.8")]
    [InlineData("https://169.254.169.254")]
    [InlineData("https://[::ffff:192.168.1.1]")]
    public async Task Check_HostWithAPrivateAddress_IsNotConnectedTo(string host)
    {
        await using var bench = await LivenessBench.StartAsync("Production", ("Liveness:PrivateHosts:0", "somewhere.else"));
        await using var listener = await FakeProviderServer.StartAsync(Cancellation);
        await using var own = await LivenessBench.StartAsync(
            "Production", ("Liveness:PrivateHosts:0", "somewhere.else"), ("Liveness:BaseUrls:github", $"{host}:{listener.Url.Port}"));

        var answer = await AskAsync(own);

        Assert.Equal(LivenessState.Unknown, answer!.State);
        Assert.EndsWith("could not be reached (ConnectionError)", answer.Evidence, StringComparison.Ordinal);
        Assert.Empty(listener.Calls);
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("140.82.112.5", true)]
    [InlineData("2606:4700::6810:84e5", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("127.8.9.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::10.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fe80::1", false)]
    public void Address_OfEachKind_IsPublicOrNot(string address, bool expected) => Assert.Equal(expected, PublicAddress.IsPublic(IPAddress.Parse(address)));

    private static Task<LivenessAnswer?> AskAsync(LivenessBench bench) => bench.Checker.CheckAsync(LivenessBench.Definition("github"), LivenessBench.Secret(), Cancellation);

    private static string Sent(ProviderCall call)
    {
        var headers = string.Join('\n', call.Headers.Values);
        var basic = call.Headers.TryGetValue("Authorization", out var value) && value.StartsWith("Basic ", StringComparison.Ordinal)
            ? Encoding.UTF8.GetString(Convert.FromBase64String(value["Basic ".Length..]))
            : "";
        return $"{headers}\n{basic}\n{call.Body}";
    }

    // From what arrived alone, as the server at the other end has it.
    private static string ExpectedSignature(ProviderCall call, string secretKey)
    {
        static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
        static string Digest(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text))).ToLower(CultureInfo.InvariantCulture);
        var stamp = call.Headers["X-Amz-Date"];
        var canonical = string.Join('\n', "POST", "/", "", "content-type:" + call.Headers["Content-Type"], "host:" + call.Headers["Host"], "x-amz-date:" + stamp, "", "content-type;host;x-amz-date", Digest(call.Body));
        var scope = $"{stamp[..8]}/us-east-1/sts/aws4_request";
        var signing = Mac(Mac(Mac(Mac(Encoding.UTF8.GetBytes("AWS4" + secretKey), stamp[..8]), "us-east-1"), "sts"), "aws4_request");
        return Convert.ToHexString(Mac(signing, string.Join('\n', "AWS4-HMAC-SHA256", stamp, scope, Digest(canonical)))).ToLower(CultureInfo.InvariantCulture);
    }
}
