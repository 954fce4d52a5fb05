using Sentinel.Scanning.Secrets.Matching;

namespace Sentinel.Tests.Scanning.Secrets.Matching;

public sealed class PatternShapeTests
{
    [Theory]
    [InlineData(@"\bghp_[A-Za-z0-9]{36}\b", 40, 40)]
    [InlineData("(?:AKIA|ASIA)[A-Z2-7]{16}", 20, 20)]
    [InlineData("a{2,5}b?c*", 2, PatternShape.Unbounded)]
    [InlineData("(?i)abc|de", 2, 3)]
    [InlineData(@"[^\s""']{8,64}", 8, 64)]
    [InlineData(@"x(?:[^A-Za-z0-9_-]|$)", 1, 2)]
    [InlineData(@"\x41{3}\.", 4, 4)]
    [InlineData("[]a]{2}", 2, 2)]
    public void Of_Pattern_TellsItsLengths(string pattern, int min, int max)
    {
        var shape = PatternShape.Of(pattern);

        Assert.Equal((min, max), (shape.MinLength, shape.MaxLength));
    }

    [Fact]
    public void Of_Pattern_TellsItsCharacters()
    {
        Assert.Equal("0123456789abcdef", new string([.. PatternShape.Of("[0-9a-f]{32}").Characters.Order()]));
        Assert.Equal("ABab", new string([.. PatternShape.Of("(?i)ab").Characters.Order()]));
        Assert.Contains('+', PatternShape.Of(@"[\w+/=]{2}").Characters);
        Assert.DoesNotContain('"', PatternShape.Of(@"[^""]{2}").Characters);
    }
}
