using System.Globalization;
using System.Text;

namespace Sentinel.Worker.Feedback;

/// <summary>
/// Puts text that others wrote (paths, messages, names) into what Sentinel writes to GitHub, so that it shows and does nothing: no
/// mention, no reference to an issue, no link, no markup, nothing that changes the order in which letters are read.
/// </summary>
internal static class GitHubText
{
    // Shown as nothing; GitHub's filters for mentions, references and links do not look through it.
    private const char Break = '\u200B';

    /// <summary>As running text in Markdown.</summary>
    /// <param name="max">Longest in UTF-16 units before it is escaped; what is longer ends with an ellipsis.</param>
    public static string Plain(string text, int max = 500)
    {
        var clean = Visible(text, max);
        var safe = new StringBuilder(clean.Length + 16);
        for (var i = 0; i < clean.Length; i++)
        {
            var c = clean[i];
            switch (c)
            {
                case '&': safe.Append("&amp;"); break;
                case '<': safe.Append("&lt;"); break;
                case '>': safe.Append("&gt;"); break;
                case '@': safe.Append('@').Append(Break); break;
                // owner/name#1 would leave a trace in another repository.
                case '#': safe.Append("\\#").Append(Break); break;
                case ':' when i + 1 < clean.Length && clean[i + 1] == '/': safe.Append(':').Append(Break); break;
                case '.' when i >= 3 && clean.AsSpan(i - 3, 3).Equals("www", StringComparison.OrdinalIgnoreCase): safe.Append('.').Append(Break); break;
                case '\\' or '`' or '*' or '_' or '{' or '}' or '[' or ']' or '(' or ')' or '+' or '-' or '!' or '|' or '~' or '=': safe.Append('\\').Append(c); break;
                default: safe.Append(c); break;
            }
        }
        return safe.ToString();
    }

    /// <summary>As a code span in Markdown, where GitHub looks for nothing. Not for tables: a bar would end the cell.</summary>
    /// <inheritdoc cref="Plain"/>
    public static string Code(string text, int max = 300)
    {
        var clean = Visible(text, max);
        if (clean.Length == 0) clean = " ";
        var fence = new string('`', LongestRun(clean, '`') + 1);
        // A space inside each fence is dropped again by Markdown, and keeps a backtick at the end from joining the fence.
        var pad = clean[0] is '`' or ' ' || clean[^1] is '`' or ' ' ? " " : "";
        return fence + pad + clean + pad + fence;
    }

    /// <summary>
    /// A block that offers to replace the lines of its comment
    /// (https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/commenting-on-a-pull-request).
    /// The text goes into a file as it is.
    /// </summary>
    /// <param name="lines">Null to take the lines away.</param>
    public static string Suggestion(string? lines) => lines is null ? "```suggestion\n```" : Block(lines, "suggestion");

    /// <summary>A block of code, as it is.</summary>
    /// <param name="kind">What GitHub does with it; empty to show it only.</param>
    public static string Block(string lines, string kind = "")
    {
        var text = lines.Replace("\r\n", "\n", StringComparison.Ordinal);
        var fence = new string('`', Math.Max(3, LongestRun(text, '`') + 1));
        return $"{fence}{kind}\n{text}\n{fence}";
    }

    /// <summary>As text that GitHub does not read as Markdown, on one line.</summary>
    /// <inheritdoc cref="Plain"/>
    public static string Visible(string text, int max)
    {
        var clean = new StringBuilder(Math.Min(text.Length, max));
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > max)
            {
                while (clean.Length > 0 && clean.Length >= max) clean.Length -= char.IsLowSurrogate(clean[^1]) ? 2 : 1;
                return clean.Append('…').ToString();
            }
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator) clean.Append(' ');
            // Format covers the marks that turn the direction of reading, the invisible ones and the tags; U+FFFD says that something was there.
            else if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned) clean.Append('\uFFFD');
            else clean.Append(rune);
        }
        return clean.ToString();
    }

    /// <summary>The path of a file in a link.</summary>
    public static string UrlPath(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static int LongestRun(string text, char wanted)
    {
        var (longest, run) = (0, 0);
        foreach (var c in text)
        {
            run = c == wanted ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }
        return longest;
    }
}
