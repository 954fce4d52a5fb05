namespace Sentinel.Web.Model;

/// <summary>A line of a snippet. <paramref name="Marked"/> lines hold the finding.</summary>
public sealed record CodeLine(int Number, string Text, bool Marked);

/// <summary>Cuts a redacted snippet into numbered lines.</summary>
public static class CodeLines
{
    public static IReadOnlyList<CodeLine> From(string snippet, int firstLine, int markFrom, int markTo)
    {
        if (snippet.Length == 0)
            return [];
        var lines = snippet.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        var last = Math.Max(markFrom, markTo);
        return [.. lines.Select((text, i) => new CodeLine(firstLine + i, text, firstLine + i >= markFrom && firstLine + i <= last))];
    }
}
