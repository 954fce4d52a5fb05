using Sentinel.Tests.Support;

namespace Sentinel.Tests.Solution;

/// <summary>The reference of the rules is what the rules say.</summary>
public sealed class RuleDocsTests
{
    private static readonly string Folder = Path.Combine(SharedFiles.RepositoryRoot, "docs", "rules");

    [Fact]
    public async Task Committed_EqualsTheRules()
    {
        var expected = RuleDocs.Render();
        if (Environment.GetEnvironmentVariable("SENTINEL_UPDATE_DOCS") == "1") await WriteAsync(expected);

        var committed = Directory.Exists(Folder) ? Directory.GetFiles(Folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal).ToArray() : [];
        var stale = new List<string>();
        foreach (var (name, text) in expected)
        {
            if (!committed.Contains(name) || (await File.ReadAllTextAsync(Path.Combine(Folder, name), TestContext.Current.CancellationToken)).ReplaceLineEndings("\n") != text) stale.Add(name);
        }
        stale.AddRange(committed.Except(expected.Keys));

        Assert.True(stale is [], $"docs/rules does not say what the rules say ({string.Join(", ", stale.Take(5))}): run this test with SENTINEL_UPDATE_DOCS=1 and commit the result.");
    }

    private static async Task WriteAsync(IReadOnlyDictionary<string, string> pages)
    {
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
        Directory.CreateDirectory(Folder);
        foreach (var (name, text) in pages) await File.WriteAllTextAsync(Path.Combine(Folder, name), text, TestContext.Current.CancellationToken);
    }
}
