using Sentinel.Web;
using Sentinel.Web.Model;

namespace Sentinel.Tests.Web.Model;

public sealed class ReturnUrlTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/findings?severity=critical&q=a%2Fb")]
    [InlineData("/scans/7d0c1f5e-0000-0000-0000-000000000000")]
    public void LocalOrHome_LocalPath_IsKept(string url) => Assert.Equal(url, ReturnUrl.LocalOrHome(url));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("\\/evil.example/")]
    [InlineData("/\t/evil.example/")]
    [InlineData("/\n/evil.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("findings")]
    [InlineData("/sign-out")]
    [InlineData("/auth/github")]
    [InlineData("/auth/github/callback?code=x")]
    [InlineData("/sign-in?returnUrl=/")]
    public void LocalOrHome_AnythingElse_IsHome(string? url) => Assert.Equal("/", ReturnUrl.LocalOrHome(url));

    [Fact]
    public void LocalOrHome_HugePath_IsHome() => Assert.Equal("/", ReturnUrl.LocalOrHome("/" + new string('a', 5000)));

    [Fact]
    public void SignInFrom_ForeignAddress_LeavesItOut() => Assert.Equal("/sign-in?reason=expired", SentinelUrls.SignInFrom("//evil.example", "expired"));
}
