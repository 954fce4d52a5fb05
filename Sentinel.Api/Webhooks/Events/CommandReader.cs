using System.Globalization;
using System.Text;
using Sentinel.Contracts.Findings;
using Sentinel.Data;
using Sentinel.Data.Commands;
using Sentinel.Data.Findings;

namespace Sentinel.Api.Webhooks.Events;

/// <summary>
/// Reads the command of a comment: the first line that begins with <c>/sentinel</c> and that readers see as written by its author, so not
/// in a fenced code block, a quote or an HTML comment (https://github.github.com/gfm/#fenced-code-blocks). Pure, and linear in the text.
/// </summary>
internal static class CommandReader
{
    private const string Word = "/sentinel";

    // Four spaces would be an indented code block.
    private const int MaxIndent = 3;

    private const int MaxNumberDigits = 9;

    /// <summary>The command; null when the text holds none.</summary>
    public static CommentCommand? Read(string? body)
    {
        if (body is null || !body.Contains(Word, StringComparison.OrdinalIgnoreCase)) return null;
        var (fence, hidden) = (default(Fence?), false);
        // Markdown's own line endings; the others of Unicode stay within a line there.
        foreach (var range in body.AsSpan().SplitAny('\r', '\n'))
        {
            var line = body.AsSpan(range);
            if (hidden)
            {
                hidden = !line.Contains("-->", StringComparison.Ordinal);
                continue;
            }
            var text = line.TrimStart(' ');
            // A fence may stand deeper, in an item of a list.
            var item = WithoutMarkers(text);
            if (fence is { } open)
            {
                if (open.IsClosedBy(text, line.Length - text.Length)) fence = null;
            }
            else if (Fence.Opens(item, line.Length - item.Length) is { } opened) fence = opened;
            else if (line.Length - text.Length > MaxIndent) continue;
            else if (IsCommand(text)) return Parse(text[Word.Length..]);
            else hidden = text.LastIndexOf("<!--") > text.LastIndexOf("-->");
        }
        return null;
    }

    // "- ", "* ", "+ ", "1. ", "2) ": what stands behind them is the item's own text.
    private static ReadOnlySpan<char> WithoutMarkers(ReadOnlySpan<char> text)
    {
        while (true)
        {
            var digits = text.Length - text.TrimStart("0123456789").Length;
            var marker = digits > 0 ? digits + 1 : 1;
            if (text.Length <= marker || text[marker] != ' ' || !(digits > 0 ? text[digits] is '.' or ')' : text[0] is '-' or '*' or '+')) return text;
            text = text[marker..].TrimStart(' ');
        }
    }

    private static bool IsCommand(ReadOnlySpan<char> text) =>
        text.StartsWith(Word, StringComparison.OrdinalIgnoreCase) && (text.Length == Word.Length || char.IsWhiteSpace(text[Word.Length]));

    private static CommentCommand Parse(ReadOnlySpan<char> text)
    {
        var verb = TakeWord(ref text);
        if (verb.IsEmpty || Is(verb, "help")) return new CommentCommand(CommandVerb.Help);
        if (Is(verb, "rescan")) return new CommentCommand(CommandVerb.Rescan);
        if (Is(verb, "explain")) return new CommentCommand(CommandVerb.Explain, TakeNumber(ref text));
        if (Is(verb, "fix")) return new CommentCommand(CommandVerb.Fix, TakeNumber(ref text));
        return Is(verb, "ignore") ? Ignore(text) : new CommentCommand(CommandVerb.Unknown);
    }

    private static CommentCommand Ignore(ReadOnlySpan<char> text)
    {
        var number = TakeNumber(ref text);
        var rest = text;
        var word = TakeWord(ref rest);
        DismissReason? kind = Is(word, "false-positive") ? DismissReason.FalsePositive
            : Is(word, "accepted-risk") ? DismissReason.AcceptedRisk
            : Is(word, "wont-fix") ? DismissReason.WontFix
            : null;
        return new CommentCommand(CommandVerb.Ignore, number, kind, Reason(kind is null ? text : rest));
    }

    // One more than is allowed is kept: too long a reason is refused, and not cut to something that its author did not say.
    private static string? Reason(ReadOnlySpan<char> text)
    {
        var clean = new StringBuilder();
        foreach (var c in text.Trim())
        {
            if (clean.Length > FindingDecision.MaxJustification) break;
            clean.Append(char.IsControl(c) ? ' ' : c);
        }
        var reason = PostgresText.Clean(clean.ToString()).Trim();
        return reason.Length == 0 ? null : reason;
    }

    // "3", "#3" and, as in the list of findings, "`3`"; anything else is left where it is.
    private static int? TakeNumber(ref ReadOnlySpan<char> text)
    {
        var rest = text;
        var word = TakeWord(ref rest).Trim('`').TrimStart('#');
        if (word.Length > MaxNumberDigits || !int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
        text = rest;
        return number;
    }

    private static ReadOnlySpan<char> TakeWord(ref ReadOnlySpan<char> text)
    {
        text = text.TrimStart();
        var end = 0;
        while (end < text.Length && !char.IsWhiteSpace(text[end])) end++;
        var word = text[..end];
        text = text[end..];
        return word;
    }

    private static bool Is(ReadOnlySpan<char> word, string wanted) => word.Equals(wanted, StringComparison.OrdinalIgnoreCase);

    /// <summary>The fence that opened a code block.</summary>
    private readonly record struct Fence(char Mark, int Length, int Indent)
    {
        public static Fence? Opens(ReadOnlySpan<char> text, int indent)
        {
            if (text.IsEmpty || text[0] is not ('`' or '~')) return null;
            var (mark, length) = (text[0], Run(text));
            // What follows backticks and holds another one is code within a line.
            return length >= 3 && (mark == '~' || !text[length..].Contains('`')) ? new Fence(mark, length, indent > MaxIndent ? indent : 0) : null;
        }

        public bool IsClosedBy(ReadOnlySpan<char> text, int indent) => indent <= Indent + MaxIndent && !text.IsEmpty && text[0] == Mark && Run(text) is var run && run >= Length && text[run..].IsWhiteSpace();

        private static int Run(ReadOnlySpan<char> text)
        {
            var length = text.IndexOfAnyExcept(text[0]);
            return length < 0 ? text.Length : length;
        }
    }
}
