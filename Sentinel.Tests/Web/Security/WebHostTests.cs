using System.Net;
using System.Text.RegularExpressions;
using Sentinel.Tests.Web.Fakes;

namespace Sentinel.Tests.Web.Security;

/// <summary>What leaves the dashboard over HTTP, from the real process with the fake API behind it.</summary>
public sealed partial class WebHostTests(WebHostTests.Host host) : IClassFixture<WebHostTests.Host>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_Stranger_IsLedToSignInAndBack()
    {
        using var http = host.Browser();
        using var answer = await http.GetAsync("/findings?severity=critical", Stop);

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Equal("/sign-in?returnUrl=%2Ffindings%3Fseverity%3Dcritical", answer.Headers.Location?.PathAndQuery);
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/no/such/page")]
    [InlineData("/css/tokens.css")]
    [InlineData("/")]
    public async Task EveryAnswer_HasTheSecurityHeaders(string path)
    {
        using var http = host.Browser();
        using var answer = await http.GetAsync(path, Stop);

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("script-src 'self';", policy);
        Assert.Contains("default-src 'none'", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["DENY"], answer.Headers.GetValues("X-Frame-Options"));
        Assert.Equal(["same-origin"], answer.Headers.GetValues("Referrer-Policy"));
        Assert.Single(answer.Headers.GetValues("X-Request-ID"));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Pages_HoldNoInlineScriptAndNothingFromOtherHosts()
    {
        using var http = host.Browser();
        await SignInAsync(http);
        foreach (var path in new[] { "/sign-in", "/", "/findings", "/settings" })
        {
            var html = await http.GetStringAsync(path, Stop);

            Assert.All(Script().Matches(html), m => Assert.StartsWith("<script src=\"", m.Value));
            Assert.Equal([], Loaded().Matches(html).Select(m => m.Groups[1].Value).Where(u => u.StartsWith("http", StringComparison.Ordinal) || u.StartsWith("//", StringComparison.Ordinal)));
            Assert.Equal([], Handler().Matches(html).Select(m => m.Value));
        }
    }

    [Fact]
    public async Task SignIn_LocalDeveloper_GetsASealedCookieAndNeverTheToken()
    {
        using var http = host.Browser();
        using var answer = await SignInAsync(http, "/findings");

        Assert.Equal("/findings", answer.Headers.Location?.OriginalString);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"), c => c.StartsWith("sentinel-session=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(-1, cookie.IndexOf(FakeApi.Token, StringComparison.Ordinal));
        var page = await http.GetStringAsync("/findings", Stop);
        Assert.Contains("local-developer", page);
        Assert.Equal(-1, page.IndexOf(FakeApi.Token, StringComparison.Ordinal));
        Assert.Equal(-1, host.Output.IndexOf(FakeApi.Token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task SignIn_ForeignReturnUrl_LeadsHome()
    {
        using var http = host.Browser();
        using var answer = await SignInAsync(http, "//evil.example/");

        Assert.Equal("/", answer.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task SignIn_WithoutAntiforgeryToken_IsRefused()
    {
        using var http = host.Browser();
        using var answer = await http.PostAsync("/sign-in/local", new FormUrlEncodedContent([new("returnUrl", "/")]), Stop);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task SignIn_ThroughAProxy_IsRefusedAndExplained()
    {
        using var http = host.Browser();
        http.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.7");
        var page = await http.GetStringAsync("/sign-in", Stop);

        Assert.Contains("came through a proxy", page);
        Assert.Equal(-1, page.IndexOf("Continue as local developer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SignOut_EndsTheSession()
    {
        using var http = host.Browser();
        await SignInAsync(http);
        var token = Antiforgery().Match(await http.GetStringAsync("/", Stop)).Groups[1].Value;
        using var answer = await http.PostAsync("/sign-out", new FormUrlEncodedContent([new("__RequestVerificationToken", token)]), Stop);
        using var after = await http.GetAsync("/", Stop);

        Assert.Equal("/sign-in?reason=signed-out", answer.Headers.Location?.OriginalString);
        Assert.Equal(HttpStatusCode.Found, after.StatusCode);
    }

    [Fact]
    public async Task UnknownPage_Is404WithADesignedPage()
    {
        using var http = host.Browser();
        using var answer = await http.GetAsync("/no/such/page", Stop);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("There is nothing here", await answer.Content.ReadAsStringAsync(Stop));
    }

    [Theory]
    [InlineData("dark", "dark")]
    [InlineData("light", "light")]
    [InlineData("\"><script>", "system")]
    public async Task Theme_Cookie_IsFollowedWhenKnown(string cookie, string theme)
    {
        using var http = host.Browser();
        http.DefaultRequestHeaders.Add("Cookie", "sentinel-theme=" + Uri.EscapeDataString(cookie));

        Assert.Contains($"data-theme=\"{theme}\"", await http.GetStringAsync("/sign-in", Stop));
    }

    [Fact]
    public async Task Alive_Answers()
    {
        using var http = host.Browser();
        using var answer = await http.GetAsync("/alive", Stop);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<HttpResponseMessage> SignInAsync(HttpClient http, string returnUrl = "/")
    {
        var page = await http.GetStringAsync("/sign-in", Stop);
        return await http.PostAsync("/sign-in/local", new FormUrlEncodedContent(
            [new("__RequestVerificationToken", Antiforgery().Match(page).Groups[1].Value), new("returnUrl", returnUrl)]), Stop);
    }

    [GeneratedRegex("<script[^>]*>[^<]*")]
    private static partial Regex Script();

    [GeneratedRegex("<(?:script|img|link|iframe)[^>]* (?:src|href)=\"([^\"]*)\"")]
    private static partial Regex Loaded();

    [GeneratedRegex("<[^>]+ on[a-z]+=\"[^\"]*\"")]
    private static partial Regex Handler();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Antiforgery();

    public sealed class Host : IAsyncLifetime
    {
        private FakeApi? _api;
        private WebProcess? _web;

        internal string Output => _web!.Output;

        public async ValueTask InitializeAsync()
        {
            _api = await FakeApi.StartAsync(CancellationToken.None);
            _web = await WebProcess.StartAsync(_api.Url, CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            await _web!.DisposeAsync();
            await _api!.DisposeAsync();
        }

        internal HttpClient Browser() => new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(_web!.Url) };
    }
}
