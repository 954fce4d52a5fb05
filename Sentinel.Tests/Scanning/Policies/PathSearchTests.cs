using CsCheck;
using Sentinel.Scanning.Policies;

namespace Sentinel.Tests.Scanning.Policies;

/// <summary>Whether there is a path that fits some patterns and not others.</summary>
public sealed class PathSearchTests
{
    [Theory]
    [InlineData("a/**", "a/*", "a/b/b")]
    [InlineData("**/*.js", "**/*.min.js", "a.js")]
    [InlineData("*", "?", "aa")]
    [InlineData("a/**/b", "a/*/b", "a/b")]
    public void Find_Difference_IsAShortPath(string wanted, string other, string expected)
    {
        var answer = new PathSearch().Find([[Glob.Parse(wanted)]], [Glob.Parse(other)]);

        Assert.True(answer.Decided);
        Assert.Equal(expected, answer.Path);
        Assert.True(Glob.Parse(wanted).IsMatch(expected) && !Glob.Parse(other).IsMatch(expected));
    }

    [Theory]
    [InlineData("a/b", "a/**")]
    [InlineData("a/*/c", "a/**/c")]
    [InlineData("*.js", "**/*.?s")]
    public void Find_Subset_HasNone(string wanted, string other) =>
        Assert.Equal(new PathAnswer(Decided: true, null), new PathSearch().Find([[Glob.Parse(wanted)]], [Glob.Parse(other)]));

    /// <summary>What is found fits, and where nothing is found no path of a large number of them fits.</summary>
    [Fact]
    public void Find_AnyPatterns_IsExact()
    {
        string[] names = ["a", "b", ".", "z", "aa", "ab", "a.", ".a", "zz", "aab"];
        string[] paths = [.. names, .. names.SelectMany(x => names.Select(y => $"{x}/{y}")), .. names.SelectMany(x => names.SelectMany(y => names.Select(z => $"{x}/{y}/{z}")))];
        Gen.Select(Patterns.Any.Array[1, 2], Patterns.Any.Array[0, 2], Patterns.Any.Array[0, 3]).Sample(
            (one, other, none) =>
            {
                var answer = new PathSearch().Find([one, other], none);
                bool Fits(string path) => one.Any(g => g.IsMatch(path)) && (other.Length == 0 || other.Any(g => g.IsMatch(path))) && !none.Any(g => g.IsMatch(path));

                Assert.True(answer.Decided);
                if (answer.Path is { } found) Assert.True(Fits(found), found);
                else Assert.DoesNotContain(paths, Fits);
            },
            iter: 1000);
    }
}
