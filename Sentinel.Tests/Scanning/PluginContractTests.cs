using System.Diagnostics;
using System.Text;
using Sentinel.Scanning;

namespace Sentinel.Tests.Scanning;

/// <summary>What every plug-in of the registered table promises, whatever it looks for.</summary>
public sealed class PluginContractTests
{
    private const int ChunkBytes = 64 * 1024;

    private static readonly AnalysisContext Context = new(new byte[32]);

    public static TheoryData<string> PluginIds() => [.. ScannerRegistration.Analyzers.Select(a => a.Descriptor.Id)];

    public static TheoryData<string, string> HostileInputs()
    {
        var data = new TheoryData<string, string>();
        foreach (var id in PluginIds())
        {
            foreach (var input in HostileInput.All.Keys) data.Add(id, input);
        }
        return data;
    }

    [Fact]
    public void Table_PluginIds_AreUnique() =>
        Assert.Distinct(ScannerRegistration.Analyzers.Select(a => a.Descriptor.Id), StringComparer.Ordinal);

    [Fact]
    public void Table_RuleIds_AreUnique() =>
        Assert.Distinct(ScannerRegistration.Analyzers.SelectMany(a => a.Rules).Select(r => r.Id), StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(PluginIds))]
    public void Plugin_Descriptor_IsDocumented(string id)
    {
        var plugin = Plugin(id);

        Assert.Matches("^[a-z0-9-]+/[a-z0-9-]+$", plugin.Descriptor.Id);
        Assert.True(plugin.Descriptor.Version >= 1);
        Assert.True(plugin.Descriptor.Summary.Length > 10);
        Assert.NotEmpty(plugin.Rules);
        Assert.All(plugin.Rules, r => Assert.Equal(id, r.AnalyzerId));
        Assert.Same(plugin.Descriptor, plugin.Descriptor);
    }

    [Theory]
    [MemberData(nameof(HostileInputs))]
    public async Task Analyze_HostileInput_EndsInTimeWithPlacesInsideTheFile(string id, string input)
    {
        var plugin = Plugin(id);
        var file = new SourceFile(PathOf(plugin), HostileInput.All[input]());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));

        AssertInside(file, await AnalyzeOrRefuse(plugin, file, limit.Token));
    }

    [Theory]
    [MemberData(nameof(PluginIds))]
    public async Task Analyze_TruncatedExamples_NeverThrows(string id)
    {
        var plugin = Plugin(id);
        foreach (var example in Examples(plugin))
        {
            var bytes = Encoding.UTF8.GetBytes(example);
            for (var length = 0; length < bytes.Length; length += Math.Max(1, bytes.Length / 16))
            {
                var file = new SourceFile(PathOf(plugin), bytes.AsMemory(0, length));
                AssertInside(file, await AnalyzeOrRefuse(plugin, file, TestContext.Current.CancellationToken));
            }
        }
    }

    [Theory]
    [MemberData(nameof(PluginIds))]
    public async Task Analyze_SameInputTwiceAndInParallel_GivesEqualFindings(string id)
    {
        var plugin = Plugin(id);
        foreach (var example in Examples(plugin).Take(12))
        {
            var first = await AnalyzeOrRefuse(plugin, SourceFile.FromText(PathOf(plugin), example), TestContext.Current.CancellationToken);

            var others = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
                () => AnalyzeOrRefuse(plugin, SourceFile.FromText(PathOf(plugin), example), TestContext.Current.CancellationToken))));

            Assert.All(others, other => Assert.Equal(first, other));
        }
    }

    [Theory]
    [MemberData(nameof(PluginIds))]
    public async Task Analyze_AnotherPathOfTheSameClass_GivesTheSameFindings(string id)
    {
        var plugin = Plugin(id);
        var path = PathOf(plugin);
        var moved = "moved/" + path;
        if (plugin.PathClass(path) != plugin.PathClass(moved) || !plugin.Accepts(new FileEntry(moved, 100))) return;
        foreach (var example in Examples(plugin))
        {
            var here = await AnalyzeOrRefuse(plugin, SourceFile.FromText(path, example), TestContext.Current.CancellationToken);
            var there = await AnalyzeOrRefuse(plugin, SourceFile.FromText(moved, example), TestContext.Current.CancellationToken);

            Assert.Equal(here, there.Select(f => f with { Location = f.Location with { Path = path } }));
        }
    }

    [Theory]
    [MemberData(nameof(PluginIds))]
    public async Task Analyze_Cancelled_StopsSoon(string id)
    {
        var plugin = Plugin(id);
        var filler = string.Join('\n', Examples(plugin));
        var text = new StringBuilder();
        while (text.Length < 10_000_000) text.Append(filler).Append('\n');
        var file = SourceFile.FromText(PathOf(plugin), text.ToString());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var clock = new Stopwatch();
        stop.Token.Register(clock.Start);

        stop.CancelAfter(TimeSpan.FromMilliseconds(300));
        try
        {
            await Task.Run(() => AnalyzeOrRefuse(plugin, file, stop.Token), TestContext.Current.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            // What is expected of a long run; a short one has simply ended.
        }

        // A second is what a plug-in promises; a busy machine gets more.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"It went on for {clock.Elapsed} after it was told to stop.");
    }

    [Theory]
    [MemberData(nameof(PluginIds))]
    public async Task Analyze_ExampleAnywhereInALargeFile_IsFoundThere(string id)
    {
        var plugin = Plugin(id);
        foreach (var rule in plugin.Rules)
        {
            var example = SampleExpander.Expand(rule.Examples[0], rule.Id);
            // The example begins so that the border of a chunk falls on each of its first bytes in turn.
            foreach (var before in new[] { 0, ChunkBytes / 2, ChunkBytes, ChunkBytes - 1, ChunkBytes - 7, ChunkBytes - example.Length, ChunkBytes - (example.Length / 2) })
            {
                var lines = Comments(before);
                var file = SourceFile.FromText(PathOf(plugin), lines + example + "\n" + Comments(before / 2));

                var findings = await AnalyzeOrRefuse(plugin, file, TestContext.Current.CancellationToken);

                var finding = Assert.Single(findings, f => f.RuleId == rule.Id);
                Assert.True(finding.Location.Region.StartLine > lines.Count(c => c == '\n'));
            }
        }
    }

    // Whole comment lines, in every format that we read, of exactly so many bytes.
    private static string Comments(int length)
    {
        if (length < 2) return "";
        var text = new StringBuilder(length);
        while (text.Length < length - 81) text.Append('#').Append('.', 79).Append('\n');
        var rest = length - text.Length;
        return (rest < 2 ? text : text.Append('#').Append('.', rest - 2).Append('\n')).ToString();
    }

    private static IFileAnalyzer Plugin(string id) => ScannerRegistration.Analyzers.Single(a => a.Descriptor.Id == id);

    private static string PathOf(IFileAnalyzer plugin) => ExamplePath.Of(plugin.Rules[0]);

    private static IEnumerable<string> Examples(IFileAnalyzer plugin) =>
        plugin.Rules.SelectMany(r => r.Examples.Select(e => SampleExpander.Expand(e, r.Id)));

    private static async Task<IReadOnlyList<Finding>> AnalyzeOrRefuse(IFileAnalyzer plugin, SourceFile file, CancellationToken cancellationToken)
    {
        try
        {
            return await plugin.AnalyzeAsync(file, Context, cancellationToken);
        }
        catch (AnalysisException)
        {
            return [];
        }
    }

    private static void AssertInside(SourceFile file, IReadOnlyList<Finding> findings) => Assert.All(findings, finding =>
    {
        var region = finding.Location.Region;
        Assert.Equal(file.Path, finding.Location.Path);
        Assert.InRange(region.StartLine, 1, file.LineCount);
        Assert.InRange(region.EndLine, region.StartLine, file.LineCount);
        Assert.InRange(region.StartColumn, 1, file.Line(region.StartLine).Length + 1);
        Assert.InRange(region.EndColumn, 1, file.Line(region.EndLine).Length + 2);
        Assert.True(region.StartLine < region.EndLine || region.StartColumn <= region.EndColumn);
    });
}
