using Sentinel.Contracts.Findings;

namespace Sentinel.Web.Model;

/// <summary>A line of a change: taken out, or put in.</summary>
/// <param name="Number">Of a line that is taken out; null for one that is put in.</param>
public sealed record ChangedLine(int? Number, string Text);

/// <summary>The fix that a finding's page shows.</summary>
/// <param name="Lines">Old lines, as far as the finding's own snippet has them all, then the new ones.</param>
public sealed record OfferedFix(string Path, string Ref, string CommitSha, ProvedFix Fix, IReadOnlyList<ChangedLine> Lines)
{
    /// <summary>Of a branch rather than of a pull request; null when no ref that has the finding has a fix.</summary>
    public static OfferedFix? Of(FindingDetail finding)
    {
        var found = finding.Instances.Where(i => i is { Present: true, Fix: not null, Places.Count: > 0 })
            .OrderByDescending(i => i.Ref.StartsWith("refs/heads/", StringComparison.Ordinal)).FirstOrDefault();
        if (found is not { Fix: { } fix, Places: [var place, ..] }) return null;
        var old = place.Path == finding.Path && place.StartLine == finding.StartLine ? OldLines(finding, fix) : [];
        var now = fix.Replacement?.Split('\n').Select(text => new ChangedLine(null, text)) ?? [];
        return new OfferedFix(place.Path, found.Ref, found.CommitSha, fix, [.. old, .. now]);
    }

    private static IEnumerable<ChangedLine> OldLines(FindingDetail finding, ProvedFix fix)
    {
        var known = CodeLines.From(finding.Snippet, finding.SnippetStartLine, 0, 0).Where(line => line.Number >= fix.StartLine && line.Number <= fix.EndLine).ToList();
        return known.Count == fix.EndLine - fix.StartLine + 1 ? known.Select(line => new ChangedLine(line.Number, line.Text)) : [];
    }
}
