using Sentinel.Worker.Feedback;

namespace Sentinel.Tests.Worker.Feedback;

/// <summary>Text that others wrote shows at GitHub, and does nothing there.</summary>
public sealed class GitHubTextTests
{
    private const string Break = "\u200B";

    [Theory]
    [InlineData("ask @acme/owners", "ask @" + Break + "acme/owners")]
    [InlineData("see acme/shop#12", @"see acme/shop\#" + Break + "12")]
    [InlineData("https://evil.example", "https:" + Break + "//evil.example")]
    [InlineData("www.evil.example", "www." + Break + "evil.example")]
    [InlineData("[click](javascript:x)", @"\[click\]\(javascript:x\)")]
    [InlineData("![x](y)", @"\!\[x\]\(y\)")]
    [InlineData("<img src=x onerror=y>", @"&lt;img src\=x onerror\=y&gt;")]
    [InlineData("<!-- sentinel:summary -->", @"&lt;\!\-\- sentinel:summary \-\-&gt;")]
    [InlineData("&lt;b&gt;", "&amp;lt;b&amp;gt;")]
    [InlineData("**bold** `code` ~~x~~ a_b", @"\*\*bold\*\* \`code\` \~\~x\~\~ a\_b")]
    [InlineData("a|b", @"a\|b")]
    [InlineData("one\r\n# two\u2028three", @"one  \#" + Break + " two three")]
    [InlineData("a\u202Eb\u2066c\u200Bd\0e\u001B[31m", "a\uFFFDb\uFFFDc\uFFFDd e \\[31m")]
    public void Plain_HostileText_IsNeutral(string text, string expected) => Assert.Equal(expected, GitHubText.Plain(text));

    [Theory]
    [InlineData("src/a.ini", "`src/a.ini`")]
    [InlineData("a`b", "``a`b``")]
    [InlineData("``", "``` `` ```")]
    [InlineData("`x", "`` `x ``")]
    [InlineData("@acme\n# x", "`@acme # x`")]
    [InlineData("", "`   `")]
    public void Code_AnyText_StaysInsideItsFence(string text, string expected) => Assert.Equal(expected, GitHubText.Code(text));

    [Fact]
    public void Code_LongText_IsCutBetweenCharacters()
    {
        Assert.Equal("`aaaaaaaaa…`", GitHubText.Code(new string('a', 50), 10));
        Assert.Equal("aaaaaaaa…", GitHubText.Visible("aaaaaaaa😀😀", 10));
        Assert.Equal("aaaaaaaaaa", GitHubText.Visible("aaaaaaaaaa", 10));
    }

    [Fact]
    public void Suggestion_LinesWithFences_StayInsideTheBlock() =>
        Assert.Equal("````suggestion\na\n```\nb\n````", GitHubText.Suggestion("a\r\n```\r\nb"));

    [Fact]
    public void UrlPath_AnyPath_IsOnePathOfTheRepository() =>
        Assert.Equal("a%20b/%28c%29/%23d%3Fe/%252F", GitHubText.UrlPath("a b/(c)/#d?e/%2F"));
}
