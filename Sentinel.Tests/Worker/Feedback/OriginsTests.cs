using Sentinel.Worker.Feedback;

namespace Sentinel.Tests.Worker.Feedback;

/// <summary>What a change introduced, what was there, and what only the rules brought.</summary>
public sealed class OriginsTests
{
    // Lines 1 to 5 of the head are shown; 2 and 4 are new.
    private const string Patch = "@@ -1,4 +1,5 @@ heading\n one\n+two\n-old\n three\n+four\n five\n\\ No newline at end of file";

    private static readonly Guid Known = Guid.NewGuid();
    private static readonly Guid New = Guid.NewGuid();

    private static DiffLines Diff => new([("a.ini", Patch), ("picture.png", null)]);

    [Theory]
    [InlineData(ComparisonKind.MergeBase, true, 1, FindingOrigin.Introduced)]
    [InlineData(ComparisonKind.MergeBase, false, 2, FindingOrigin.Introduced)]
    [InlineData(ComparisonKind.MergeBase, false, 3, FindingOrigin.NewRule)]
    [InlineData(ComparisonKind.BaseBranch, false, 1, FindingOrigin.NewRule)]
    [InlineData(ComparisonKind.None, false, 4, FindingOrigin.Introduced)]
    [InlineData(ComparisonKind.None, false, 5, FindingOrigin.Before)]
    internal void Of_FindingThatTheBaseLacks_DependsOnRulesAndLines(ComparisonKind kind, bool sameRules, int line, FindingOrigin expected) =>
        Assert.Equal(expected, Origins.Of(New, "a.ini", line, line, Base(kind, sameRules), Diff));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_FindingOfTheBase_WasThereBefore(bool sameRules) =>
        Assert.Equal(FindingOrigin.Before, Origins.Of(Known, "a.ini", 2, 2, Base(ComparisonKind.MergeBase, sameRules), Diff));

    [Fact]
    public void Of_FileThatTheDiffDoesNotShow_IsNotIntroducedUnlessItIsInTheChange()
    {
        Assert.Equal(FindingOrigin.NewRule, Origins.Of(New, "other.ini", 2, 2, Base(ComparisonKind.MergeBase, false), Diff));
        Assert.Equal(FindingOrigin.Introduced, Origins.Of(New, "picture.png", 2, 2, Base(ComparisonKind.MergeBase, false), Diff));
        Assert.Equal(FindingOrigin.Before, Origins.Of(New, "a.ini", 2, 2, Comparison.None, diff: null));
    }

    [Theory]
    [InlineData(1, 5, true)]
    [InlineData(5, 6, false)]
    [InlineData(6, 6, false)]
    public void Shows_Lines_OnlyInsideOneHunk(int start, int end, bool expected) => Assert.Equal(expected, Diff.Shows("a.ini", start, end));

    [Fact]
    public void Shows_TwoHunks_NotAcross()
    {
        var diff = new DiffLines([("a", "@@ -1,2 +1,2 @@\n a\n+b\n@@ -3,2 +3,2 @@\n c\n+d")]);

        Assert.True(diff.Shows("a", 3, 4));
        Assert.False(diff.Shows("a", 2, 3));
        Assert.False(diff.Shows("picture.png", 1, 1));
    }

    private static Comparison Base(ComparisonKind kind, bool sameRules) =>
        kind == ComparisonKind.None ? Comparison.None : new Comparison(kind, States.Base, new HashSet<Guid> { Known }, sameRules);
}
