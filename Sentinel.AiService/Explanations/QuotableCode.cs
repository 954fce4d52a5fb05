namespace Sentinel.AiService.Explanations;

/// <summary>The code that a model is shown, and against which its quotes are checked: the lines nearest to the finding, within bounds.</summary>
/// <param name="StartLine">1-based number of the first line.</param>
internal sealed record QuotableCode(string Path, int StartLine, IReadOnlyList<string> Lines)
{
    public const int MaxLines = 160;
    public const int MaxLineLength = 400;

    /// <param name="path">Redacted.</param>
    /// <param name="snippet">Redacted.</param>
    /// <param name="snippetStartLine">1-based number of the snippet's first line.</param>
    /// <param name="findingLine">The line that has to be among those kept.</param>
    public static QuotableCode From(string path, string snippet, int snippetStartLine, int findingLine)
    {
        if (snippet.Length == 0) return new QuotableCode(path, snippetStartLine, []);

        var lines = snippet.Split('\n');
        var first = 0;
        if (lines.Length > MaxLines) first = Math.Clamp(findingLine - snippetStartLine - (MaxLines / 2), 0, lines.Length - MaxLines);
        return new QuotableCode(path, snippetStartLine + first, [.. lines.Skip(first).Take(MaxLines).Select(Cut)]);
    }

    private static string Cut(string line) => line.Length > MaxLineLength ? line[..MaxLineLength] : line;
}
