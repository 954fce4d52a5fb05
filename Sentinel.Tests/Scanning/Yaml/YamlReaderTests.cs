using System.Text;
using Sentinel.Scanning;
using Sentinel.Scanning.Yaml;

using Sentinel.Tests.Support;

namespace Sentinel.Tests.Scanning.Yaml;

/// <summary>The YAML document model: exact places, and limits that hold before anything grows.</summary>
public sealed class YamlReaderTests
{
    [Theory]
    [InlineData("a: one\nb: two words\n", "b", "two words")]
    [InlineData("a: one\r\nb: two words\r\n", "b", "two words")]
    [InlineData("# \u00e9\u4e2d\U0001F600 first\na: \"\U0001F600\"\nb: \U0001F600 end\n", "b", "\U0001F600 end")]
    [InlineData("a: {x: 1, b: 'q''s'}\nb: \"v\\\"w\"\n", "b", "\"v\\\"w\"")]
    [InlineData("a: x\rb: y\r", "b", "y")]
    public void Scalar_Span_IsItsSource(string text, string key, string source)
    {
        var value = Root(text).Scalar(key)!;

        Assert.Equal(source, text.Substring(value.Span.Start, value.Span.Length).Trim());
    }

    [Theory]
    [InlineData("run: |\n  echo one\n    echo two ${{ x }}\n\n  echo ${{ x }}\n", "\r")]
    [InlineData("run: |2-\n    echo one\n  echo ${{ x }} then ${{ x }}\n", "")]
    [InlineData("run: >-\n  echo one\n  two ${{ x }}\n\n\n  three ${{ x }}\n", "\r")]
    [InlineData("run: \"echo \\\"a\\\" \\u0041 ${{ x }} \\\n  and ${{ x }}\"\n", "")]
    [InlineData("run: 'it''s ${{ x }} and ''${{ x }}'''\n", "")]
    [InlineData("run: echo ${{ x }}\n  and ${{ x }}\n", "")]
    public void Scalar_PartOfItsValue_PointsIntoTheSource(string text, string carriageReturn)
    {
        if (carriageReturn.Length > 0) text = text.Replace("\n", "\r\n", StringComparison.Ordinal);
        var value = Root(text).Scalar("run")!;

        var places = Occurrences(value.Value, "${{ x }}").Select(i => value.SpanOf(i, 8)).ToArray();

        Assert.Equal(Occurrences(text, "${{ x }}").Select(i => new TextSpan(i, 8)), places);
        Assert.Equal(2, places.Length);
    }

    [Fact]
    public void Alias_IsTheAnchoredNode()
    {
        var root = Root("a: &x {k: v}\nb: *x\n");

        Assert.Same(root.Map("a"), root.Map("b"));
    }

    [Fact]
    public void Read_AliasesThatGrow_AreRefusedAtOnce()
    {
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 30; i++) bomb.Append($"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n");

        AssertRefused(bomb.ToString(), "repeated beyond the limits");
    }

    [Theory]
    [InlineData("[", 500_000)]
    [InlineData("{a: ", 200_000)]
    [InlineData("- ", 500_000)]
    [InlineData("? ", 500_000)]
    [InlineData("a: &a [*b, ", 50_000)]
    [InlineData("!!x ", 100_000)]
    [InlineData("\"", 1_000_000)]
    [InlineData("- [", 200_000)]
    [InlineData("%TAG ! tag:a,1:\n", 60_000)]
    public void Read_HostileRepetition_Ends(string part, int count)
    {
        var text = string.Concat(Enumerable.Repeat(part, count));

        // Refused with a reason is as good as read.
        var fault = Record.Exception(() => Watchdog.Ends(
            () => YamlReader.Read(text[..Math.Min(text.Length, YamlReader.MaxChars)], TestContext.Current.CancellationToken)));

        Assert.True(fault is null or AnalysisException, fault?.ToString());
    }

    [Fact]
    public void Read_NestedAliases_CountTowardsTheDepth()
    {
        var text = new StringBuilder("a0: &a0 [x]\n");
        for (var i = 1; i < 100; i++) text.Append($"a{i}: &a{i} [*a{i - 1}]\n");

        AssertRefused(text.ToString(), "beyond the limits");
    }

    [Theory]
    [InlineData("a: *nowhere\n", "without an anchor")]
    [InlineData("a: &a [*a]\n", "without an anchor")]
    [InlineData("a: [1, 2\nb: 3\n", "not valid YAML")]
    [InlineData("a: \"\\UFFFFFFFF\"\n", "not valid YAML")]
    [InlineData("a: b: c\n", "not valid YAML")]
    public void Read_Malformed_IsRefusedWithAReason(string text, string reason) => AssertRefused(text, reason);

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    public void Read_Nothing_IsNull(string text) => Assert.Null(YamlReader.Read(text, TestContext.Current.CancellationToken));

    [Fact]
    public void Read_Cancelled_Stops()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => YamlReader.Read("a: 1\n", source.Token));
    }

    private static void AssertRefused(string text, string reason)
    {
        var refusal = Assert.Throws<AnalysisException>(() => Watchdog.Ends(() => YamlReader.Read(text, TestContext.Current.CancellationToken)));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    private static YamlMap Root(string text) => Assert.IsType<YamlMap>(YamlReader.Read(text, TestContext.Current.CancellationToken));

    private static IEnumerable<int> Occurrences(string text, string part)
    {
        for (var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + 1, StringComparison.Ordinal)) yield return at;
    }
}
