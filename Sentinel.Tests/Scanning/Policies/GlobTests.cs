using System.Diagnostics;
using CsCheck;
using Sentinel.Scanning.Policies;

namespace Sentinel.Tests.Scanning.Policies;

/// <summary>What patterns fit, and that no pattern takes long.</summary>
public sealed class GlobTests
{
    private static readonly Gen<string> Names = Gen.Char["ab."].Array[1, 3].Select(c => new string(c));

    private static readonly Gen<string> Paths = Names.Array[1, 4].Select(names => string.Join('/', names));

    [Theory]
    [InlineData("a.txt", "a.txt", true)]
    [InlineData("a.txt", "b/a.txt", false)]
    [InlineData("*.txt", "a.txt", true)]
    [InlineData("*.txt", ".txt", true)]
    [InlineData("*.txt", "a/b.txt", false)]
    [InlineData("?.txt", "a.txt", true)]
    [InlineData("?.txt", ".txt", false)]
    [InlineData("a?b", "a/b", false)]
    [InlineData("**", "a", true)]
    [InlineData("**", "a/b/c", true)]
    [InlineData("**/a", "a", true)]
    [InlineData("**/a", "b/c/a", true)]
    [InlineData("**/a", "b/ca", false)]
    [InlineData("a/**", "a/b", true)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a/**", "a", false)]
    [InlineData("a/**", "ab/c", false)]
    [InlineData("a/**/b", "a/b", true)]
    [InlineData("a/**/b", "a/x/y/b", true)]
    [InlineData("a/**/b", "a/xb", false)]
    [InlineData("vendor/", "vendor/x/y.js", true)]
    [InlineData("vendor/", "vendor", false)]
    [InlineData("vendor/", "src/vendor/x", false)]
    [InlineData("**/test/*.cs", "src/test/A.cs", true)]
    [InlineData("**/test/*.cs", "src/test/b/A.cs", false)]
    [InlineData("**/**/a", "x/a", true)]
    [InlineData("app/[id]/page.tsx", "app/[id]/page.tsx", true)]
    [InlineData("app/[id]/page.tsx", "app/i/page.tsx", false)]
    [InlineData("A", "a", false)]
    public void IsMatch_Pattern_FitsTheWholePath(string pattern, string path, bool expected) => Assert.Equal(expected, Glob.Parse(pattern).IsMatch(path));

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("!a")]
    [InlineData("a\\b")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("a/..")]
    [InlineData("a**")]
    [InlineData("{a,b}")]
    [InlineData("a\nb")]
    public void Parse_NoPattern_IsRefused(string pattern)
    {
        Assert.NotNull(Glob.FaultOf(pattern));
        Assert.Throws<FormatException>(() => Glob.Parse(pattern));
    }

    [Fact]
    public void IsMatch_PatternsThatMakeOthersSlow_TakeNoTime()
    {
        var pattern = Glob.Parse(string.Concat(Enumerable.Repeat("*a", 120)) + "b");
        var folders = Glob.Parse(string.Concat(Enumerable.Repeat("**/", 80)) + "b");
        var clock = Stopwatch.StartNew();

        for (var i = 0; i < 1000; i++)
        {
            Assert.False(pattern.IsMatch(new string('a', 1000)));
            Assert.False(folders.IsMatch(string.Concat(Enumerable.Repeat("a/", 500)) + "a"));
        }

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"It took {clock.Elapsed}.");
    }

    [Fact]
    public void IsMatch_LongestPattern_FitsToItsEnd()
    {
        var path = new string('a', Glob.MaxLength - 1);

        Assert.True(Glob.Parse(path + "?").IsMatch(path + "b"));
        Assert.True(Glob.Parse(path + "/").IsMatch(path + "/b/c"));
        Assert.False(Glob.Parse(path + "b").IsMatch(path + "c"));
        Assert.NotNull(Glob.FaultOf(path + "bc"));
    }

    /// <summary>The same question asked of a matcher that tries one way after another, as the definition reads.</summary>
    [Fact]
    public void IsMatch_AnyPatternAndPath_AgreesWithTheDefinition() => Gen.Select(Patterns.Any, Paths).Sample(
        (pattern, path) => Assert.Equal(Patterns.Matches(pattern.Pattern, path), pattern.IsMatch(path)), iter: 20_000);
}
