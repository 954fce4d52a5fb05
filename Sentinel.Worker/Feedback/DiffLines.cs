using System.Globalization;
using System.Text.RegularExpressions;

namespace Sentinel.Worker.Feedback;

/// <summary>The lines of a pull request's head that its diff adds or shows.</summary>
internal sealed partial class DiffLines
{
    private readonly Dictionary<string, FileLines> _files = new(StringComparer.Ordinal);

    /// <param name="files">Path and unified diff; a null diff (binary, very large) may have changed any line and shows none.</param>
    public DiffLines(IEnumerable<(string Path, string? Patch)> files)
    {
        foreach (var (path, patch) in files) _files[path] = patch is null ? FileLines.Unknown : Read(patch);
    }

    /// <summary>Whether the change wrote one of the lines, or may have.</summary>
    public bool Adds(string path, int startLine, int endLine) =>
        _files.TryGetValue(path, out var file) && (file.Added is null || Enumerable.Range(startLine, Math.Max(1, endLine - startLine + 1)).Any(file.Added.Contains));

    /// <summary>Whether the diff shows all the lines in one hunk: only there GitHub takes a comment.</summary>
    public bool Shows(string path, int startLine, int endLine) =>
        _files.TryGetValue(path, out var file) && file.Hunks.Any(h => h.First <= startLine && endLine <= h.Last);

    // "@@ -1,3 +1,4 @@ heading", then lines that begin with a space, +, - or \
    private static FileLines Read(string patch)
    {
        var (added, hunks, line) = (new HashSet<int>(), new List<(int First, int Last)>(), 0);
        foreach (var text in patch.Split('\n'))
        {
            if (Hunk().Match(text) is { Success: true } hunk)
            {
                line = int.Parse(hunk.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
                hunks.Add((line, line - 1));
                continue;
            }
            if (hunks.Count == 0 || text.Length == 0 || text[0] is '-' or '\\') continue;
            if (text[0] == '+') added.Add(line);
            hunks[^1] = (hunks[^1].First, line++);
        }
        return new FileLines(added, hunks);
    }

    private sealed record FileLines(IReadOnlySet<int>? Added, IReadOnlyList<(int First, int Last)> Hunks)
    {
        public static FileLines Unknown { get; } = new(null, []);
    }

    [GeneratedRegex(@"^@@ -\d+(?:,\d+)? \+(\d{1,9})(?:,\d+)? @@", RegexOptions.CultureInvariant)]
    private static partial Regex Hunk();
}
