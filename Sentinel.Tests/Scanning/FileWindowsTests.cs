using System.Text;
using CsCheck;
using Sentinel.Scanning;
using Sentinel.Scanning.Secrets;
using Sentinel.Tests.Scanning.Secrets;

namespace Sentinel.Tests.Scanning;

public sealed class FileWindowsTests
{
    private const int Window = 24 * 1024;
    private const int Overlap = 8 * 1024;

    private static readonly AnalysisContext Context = new(new byte[32]);
    private static readonly SecretAnalyzer Analyzer = new();
    private static readonly string[] Tokens = [.. Enumerable.Range(0, 8).Select(i => SecretScans.GitHubToken($"windows {i}"))];

    // Ordinary lines, long ones without an end, letters of two to four bytes, and tokens anywhere among them.
    private static readonly Gen<string> Part = Gen.Frequency(
        (6, Gen.Int[1, 40].Select(n => $"    public int Field{n} => _value + {n}; // größer 値 😀\n")),
        (3, Gen.Int[200, 9000].Select(n => string.Concat(Enumerable.Repeat("var a=b;é", n / 9)))),
        (2, Gen.Int[0, Tokens.Length - 1].Select(i => Tokens[i]).Select(t => $" token = \"{t}\" ")),
        (1, Gen.Const("\n")));

    [Fact]
    public void Windows_AnyText_GiveTheFindingsOfTheWhole() =>
        Part.Array[1, 60].Sample(
            parts =>
            {
                var text = string.Concat(parts);
                Assert.Equal(Whole(text), Windowed(Encoding.UTF8.GetBytes(text)));
            }, iter: 200);

    [Fact]
    public void Windows_TokenAtEveryPlaceAroundABorder_IsFoundOnce()
    {
        var token = $" {Tokens[0]} ";
        for (var at = Window - Overlap - 60; at < Window + 60; at += 23)
        {
            var text = new string('.', at) + token + new string('.', 2 * Window);
            Assert.Equal([(1, at + 2)], Windowed(Encoding.UTF8.GetBytes(text)).Select(f => (f.Region.StartLine, f.Region.StartColumn)));
        }
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void Windows_WithAByteOrderMark_CountColumnsWithoutIt(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        var text = $"key {Tokens[1]}\n{new string('ä', 3 * Window)} {Tokens[2]}\n";

        Assert.Equal([(1, 5), (2, (3 * Window) + 2)], Windowed([.. encoding.GetPreamble(), .. encoding.GetBytes(text)]).Select(f => (f.Region.StartLine, f.Region.StartColumn)));
    }

    [Fact]
    public async Task Scan_LargeFile_IsReadInPartsByThoseWhoCan()
    {
        var text = $"{new string('x', 200)}\ntoken = {Tokens[3]}\nbad\n";
        var source = new MemorySource { Streams = true }.With("dump.sql", text).With("data.bin", new byte[300]).With("huge.txt", new string('x', 600)).With("small.txt", "bad");
        var options = new ScanOptions { FingerprintKey = new byte[32], MaxFileBytes = 100, MaxStreamedBytes = 500 };

        var report = await new ScanEngine([Analyzer, new FakeAnalyzer()]).ScanAsync(source, NoAnalysisCache.Instance, options, null, TestContext.Current.CancellationToken);

        Assert.Equal([("dump.sql", 2), ("small.txt", 1)], report.Findings.Select(f => (f.Location.Path, f.Location.Region.StartLine)));
        Assert.Equal(1, report.Findings[0].SnippetStartLine);
        Assert.Equal([("data.bin", SkipReason.Binary), ("huge.txt", SkipReason.TooLarge)], report.Skipped.Select(s => (s.Path, s.Reason)));
        Assert.Contains("dump.sql", report.Covered[SecretAnalyzer.Id]);
        Assert.DoesNotContain("dump.sql", report.Covered["test/bad"]);
    }

    private static List<(Region Region, string Hash)> Whole(string text) => Sorted(Analyze(SourceFile.FromText("dump.sql", text)));

    private static List<(Region Region, string Hash)> Windowed(byte[] content)
    {
        var windows = new FileWindows("dump.sql", new MemoryStream(content), Window, Overlap);
        var found = new List<Finding>();
        while (windows.NextAsync(TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult() is { } window) found.AddRange(window.Own(Analyze(window.File)));
        Assert.False(windows.IsBinary);
        windows.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return Sorted(found);
    }

    private static IReadOnlyList<Finding> Analyze(SourceFile file) => Analyzer.AnalyzeAsync(file, Context, TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult();

    private static List<(Region Region, string Hash)> Sorted(IEnumerable<Finding> findings) =>
        [.. findings.Select(f => (f.Location.Region, f.FingerprintHash)).OrderBy(f => f.Region.StartLine).ThenBy(f => f.Region.StartColumn)];
}
