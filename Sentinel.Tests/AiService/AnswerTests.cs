using CsCheck;
using Sentinel.AiService.Answers;
using Sentinel.AiService.Explanations;
using Sentinel.AiService.Redaction;
using Sentinel.Contracts.Findings;

namespace Sentinel.Tests.AiService;

public sealed class AnswerTests
{
    private static readonly QuotableCode Code = new("a.py", 10, ["import os", "def run(x):", "    os.system(x)", "    return 0", "", "# end of file"]);

    private static readonly string[] Pieces = ["<", ">", "script", "img ", "/", "a", "=", "x", "!--", "-->", " ", "scr", "ipt"];

    [Theory]
    [InlineData(12, "os.system(x)", 12)]
    [InlineData(12, "    os.system(x)\n", 12)]
    [InlineData(10, "os.system(x)", 12)]
    [InlineData(14, "os.system(x)", 12)]
    [InlineData(11, "def run(x):\n    os.system(x)", 11)]
    [InlineData(11, "run(x):\nos.system(x)\n  return 0", 11)]
    [InlineData(15, "end of file", 15)]
    public void Evidence_QuoteThatStandsThere_IsKeptAtItsRealLine(int line, string quote, int expected)
    {
        var (kept, dropped) = EvidenceLock.Check([new ExplanationClaim("t", "a.py", line, quote)], Code);

        Assert.Equal((expected, 0), (Assert.Single(kept).Line, dropped));
    }

    [Theory]
    [InlineData("a.py", 15, "os.system(x)")]
    [InlineData("a.py", 9999, "os.system(x)")]
    [InlineData("a.py", int.MaxValue, "os.system(x)")]
    [InlineData("b.py", 12, "os.system(x)")]
    [InlineData("A.py", 12, "os.system(x)")]
    [InlineData("a.py", 12, "os.system( x )")]
    [InlineData("a.py", 12, "OS.system(x)")]
    [InlineData("a.py", 12, "(x)")]
    [InlineData("a.py", 12, "12| os.system(x)")]
    [InlineData("a.py", 11, "def run(x):\n    return 0")]
    [InlineData("a.py", 15, "# end of file\nmore")]
    public void Evidence_QuoteThatDoesNotStandThere_IsDropped(string path, int line, string quote) =>
        Assert.Equal(1, EvidenceLock.Check([new ExplanationClaim("t", path, line, quote)], Code).Dropped);

    [Fact]
    public void Evidence_AnyLineOfTheCode_CanBeQuoted() =>
        Gen.Int[0, Code.Lines.Count - 1].Where(i => Code.Lines[i].Count(char.IsLetterOrDigit) >= 3).Sample(i =>
            Assert.Empty(Enumerable.Repeat(0, EvidenceLock.Check([new ExplanationClaim("t", "a.py", 10 + i, Code.Lines[i])], Code).Dropped)));

    [Theory]
    [InlineData("Use `List<string>` and Map<K, V>, never a raw array.")]
    [InlineData("If a < b and c > d, stop.")]
    [InlineData("Write `run: echo \"$TITLE\"` and set env: TITLE.")]
    [InlineData("1. Rotate the key.\n2. Remove it from the history.")]
    [InlineData("Use std::string and a::b(c); see section 3.")]
    public void PlainText_OrdinaryWords_Stay(string text) => Assert.Equal(text, PlainText.Clean(text));

    [Theory]
    [InlineData("see [docs](http://a.example/b(c)d) now", "see docs now")]
    [InlineData("a <b>bold</b> word<br/>", "a bold word")]
    [InlineData("x<!-- hidden -->y", "xy")]
    [InlineData("go to www.a.example/x now", "go to [link removed] now")]
    [InlineData("go to //a.example/x now", "go to [link removed] now")]
    [InlineData("ftp://a.example", "[link removed]")]
    [InlineData("data:text/html,hello", "[link removed]")]
    [InlineData("<a href='x'>y</a>", "y")]
    [InlineData("<custom-el onclick=x>y", "y")]
    [InlineData("unclosed <iframe src=x", "unclosed")]
    public void PlainText_LinksAndHtml_Go(string text, string expected) => Assert.Equal(expected, PlainText.Clean(text));

    [Fact]
    public void PlainText_AnyText_HoldsNoElementAfterwards() =>
        Gen.Int[0, Pieces.Length - 1].Array[0, 30].Select(picks => string.Concat(picks.Select(i => Pieces[i]))).Sample(text =>
            Assert.DoesNotMatch("(?i)<(script|img|a)[ >/]", PlainText.Clean(text)), iter: 5000);

    // What a good explanation says must not be taken for an attack.
    [Theory]
    [InlineData("The RUN and USER instructions run as root; the previous instruction sets no user.")]
    [InlineData("An attacker can send the token to a server of their own and push code with it.")]
    [InlineData("Debug mode is enabled, so the error page shows the source.")]
    [InlineData("Store the new key in the secret manager and delete the old one.")]
    [InlineData("Rotate the password, then upload the new one to the vault.")]
    [InlineData("No fix is available upstream yet; pin the version before the change.")]
    [InlineData("Have the change reviewed by a second person.")]
    [InlineData("The workflow runs with write permissions, so a stranger's title runs as code.")]
    [InlineData("Anyone who reads the repository can use the key until it is revoked.")]
    [InlineData("Pin the image by digest, as sha256 values cannot be moved.")]
    [InlineData("Do not ignore the return value of this call.")]
    public void VerdictGuard_OrdinaryExplanation_Passes(string text) =>
        Assert.False(VerdictGuard.Refuses(new ModelAnswer(text, text, text, [new ExplanationClaim(text, "p", 1, "q")]), ExplanationPrompt.NewFence()));

    [Fact]
    public void Parser_CodeFenceAroundJson_IsTakenOff() =>
        Assert.NotNull(AnswerParser.Parse("```json\n{\"summary\":\"a\",\"impact\":\"b\",\"remediation\":\"c\",\"claims\":[]}\n```\n"));

    [Fact]
    public void Parser_Bounds_AreHeld()
    {
        Assert.Null(AnswerParser.Parse(Answer(new string('a', AnswerParser.MaxTextLength + 1), 1)));
        Assert.Null(AnswerParser.Parse(Answer("a", AnswerParser.MaxClaims + 1)));
        Assert.Null(AnswerParser.Parse(new string(' ', AnswerParser.MaxLength) + Answer("a", 1)));
        Assert.NotNull(AnswerParser.Parse(Answer(new string('a', AnswerParser.MaxTextLength), AnswerParser.MaxClaims)));
    }

    [Fact]
    public void Parser_AnyText_NeverThrows() => Gen.String.Sample(text => AnswerParser.Parse("{\"summary\":" + text + "}"));

    [Theory]
    [InlineData("a\r\nb\rc", "a\nb\nc")]
    [InlineData("a\u200B\u200Db\uFEFF", "ab")]
    [InlineData("\U000E0041x\u202Ey\u2066z", "xyz")]
    [InlineData("a\0\u001B[31mb", "a[31mb")]
    [InlineData("tab\tünïcode 漢字 😀", "tab\tünïcode 漢字 😀")]
    [InlineData("heart ❤\uFE0F", "heart ❤")]
    public void InvisibleText_IsTakenOut(string text, string expected) => Assert.Equal(expected, InvisibleText.Remove(text));

    [Fact]
    public void InvisibleText_LoneSurrogate_IsTakenOut() => Assert.Equal("ab", InvisibleText.Remove("a\uD800b"));

    private static string Answer(string summary, int claims) =>
        $$"""{"summary":"{{summary}}","impact":"b","remediation":"c","claims":[{{string.Join(',', Enumerable.Repeat("""{"text":"t","path":"p","line":1,"quote":"q"}""", claims))}}]}""";
}
