using System.Text.RegularExpressions;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Solution;

/// <summary>Links between the documents lead somewhere.</summary>
public sealed partial class MarkdownLinksTests
{
    [Fact]
    public async Task RelativeLinks_LeadToAFileAndHeading()
    {
        var broken = new List<string>();
        var links = 0;
        foreach (var file in Documents())
        {
            var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            foreach (Match link in Link().Matches(Fence().Replace(text, "")))
            {
                var target = link.Groups[1].Value;
                if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal)) continue;
                links++;
                var (path, anchor) = target.Split('#', 2) is [var p, var a] ? (p, a) : (target, "");
                var full = path.Length == 0 ? file : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, path));
                var found = Path.Exists(full) && (anchor.Length == 0 || Headings(await File.ReadAllTextAsync(full, TestContext.Current.CancellationToken)).Contains(anchor));
                if (!found) broken.Add($"{Path.GetRelativePath(SharedFiles.RepositoryRoot, file)}: {target}");
            }
        }

        Assert.Equal([], broken);
        Assert.True(links > 5);
    }

    private static IEnumerable<string> Documents() =>
        Directory.EnumerateFiles(SharedFiles.RepositoryRoot, "*.md", SearchOption.TopDirectoryOnly)
            .Concat(Directory.EnumerateFiles(Path.Combine(SharedFiles.RepositoryRoot, "docs"), "*.md", SearchOption.AllDirectories));

    // GitHub's way: lower case, spaces become hyphens, all but letters, digits, hyphens and underscores goes.
    private static IEnumerable<string> Headings(string text) =>
        Fence().Replace(text, "").Split('\n').Where(l => l.StartsWith('#'))
            .Select(l => NotInAnchor().Replace(l.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"[^\p{L}\p{N}\- _]")]
    private static partial Regex NotInAnchor();
}
