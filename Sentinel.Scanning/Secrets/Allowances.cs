using System.Security.Cryptography;
using System.Text;

namespace Sentinel.Scanning.Secrets;

/// <summary>
/// Comments that allow a value. <c>sentinel:allow[3f9a] REASON</c> allows the value of that mark wherever it stands on the line.
/// <c>sentinel:allow REASON</c> and <c>gitleaks:allow</c> name no value and allow one: the nearest before them, else the nearest
/// after them. Where a line has a mark, only marks count.
/// </summary>
internal static class Allowances
{
    private const int MaxLine = 4096;
    private const int MaxReason = 200;
    private const int MarkBytes = 2;

    private static ReadOnlySpan<byte> Verb => ":allow"u8;

    private static ReadOnlySpan<byte> OwnTool => "sentinel"u8;

    private static ReadOnlySpan<byte> GitleaksTool => "gitleaks"u8;

    /// <summary>Four hexadecimal digits that tie a comment to a value. Enough to notice another value, too few to find the value by.</summary>
    public static string MarkOf(string value) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("sentinel-allow\0" + value)).AsSpan(0, MarkBytes));

    /// <summary>Puts its allowance to each secret of a text that a comment allows and that has none yet.</summary>
    /// <param name="from">Comments before it belong to another text.</param>
    /// <param name="secrets">All that the text holds: a comment allows the nearest of them.</param>
    public static void Decide(ReadOnlySpan<byte> text, int from, List<DetectedSecret> secrets)
    {
        if (text[from..].IndexOf(Verb) < 0) return;

        var ordered = secrets.OrderBy(s => s.Start).ToArray();
        for (var i = 0; i < secrets.Count; i++)
        {
            if (secrets[i].Allowance is null && Of(text, from, ordered, secrets[i]) is { } allowance) secrets[i] = secrets[i] with { Allowance = allowance };
        }
    }

    /// <summary>The whole lines of a span, bounded on both sides.</summary>
    public static ReadOnlySpan<byte> LinesOf(ReadOnlySpan<byte> text, int start, int end)
    {
        var (from, to) = Bounds(text, start, end);
        return text[from..to];
    }

    private static Suppression? Of(ReadOnlySpan<byte> text, int from, DetectedSecret[] ordered, DetectedSecret secret)
    {
        var (at, to) = Bounds(text, secret.Start, secret.End);
        at = Math.Max(at, from);
        Suppression? unmarked = null;
        string? mark = null;
        while (at < to && text[at..to].IndexOf(Verb) is >= 0 and var next)
        {
            var verb = at + next;
            at = verb + Verb.Length;
            if (ToolOf(text[..verb]) is not { } tool || (tool == "sentinel" && at < text.Length && IsWord(text[at]))) continue;

            if (tool == "sentinel" && at < text.Length && text[at] == '[')
            {
                mark ??= MarkOf(secret.Value);
                var close = text[at..Math.Min(text.Length, at + MaxReason)].IndexOf((byte)']');
                if (close > 0 && Names(text.Slice(at + 1, close - 1), mark)) return new Suppression(Suppression.OwnComment, Reason(text, at + close + 1, ordered)) { Mark = mark };
            }
            else if (unmarked is null && Nearest(text, verb, ordered) is { } nearest && (nearest.Value == secret.Value || (nearest.Start, nearest.End) == (secret.Start, secret.End)))
            {
                unmarked = tool == "sentinel" ? new Suppression(Suppression.OwnComment, Reason(text, at, ordered)) : new Suppression(Suppression.GitleaksComment, "");
            }
        }
        return mark is null ? unmarked : null;
    }

    private static (int From, int To) Bounds(ReadOnlySpan<byte> text, int start, int end)
    {
        var before = text[Math.Max(0, start - MaxLine)..start];
        var after = text[end..Math.Min(text.Length, end + MaxLine)];
        return (start - before.Length + before.LastIndexOf((byte)'\n') + 1, after.IndexOf((byte)'\n') is >= 0 and var newline ? end + newline : end + after.Length);
    }

    private static string? ToolOf(ReadOnlySpan<byte> before) => before.EndsWith(OwnTool) ? "sentinel" : before.EndsWith(GitleaksTool) ? "gitleaks" : null;

    private static bool IsWord(byte next) => char.IsAsciiLetterOrDigit((char)next) || next is (byte)'_' or (byte)'-';

    // sentinel:allow[3f9a] or, for several values of a line, sentinel:allow[3f9a, 77b2].
    private static bool Names(ReadOnlySpan<byte> marks, string mark) =>
        Encoding.ASCII.GetString(marks).Split(',', StringSplitOptions.TrimEntries).Contains(mark, StringComparer.OrdinalIgnoreCase);

    private static DetectedSecret? Nearest(ReadOnlySpan<byte> text, int comment, DetectedSecret[] ordered)
    {
        var (low, high) = (0, ordered.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (ordered[middle].Start <= comment) low = middle + 1;
            else high = middle;
        }
        if (low > 0 && IsOneLine(text, ordered[low - 1].End, comment)) return ordered[low - 1];
        return low < ordered.Length && IsOneLine(text, comment, ordered[low].Start) ? ordered[low] : null;
    }

    private static bool IsOneLine(ReadOnlySpan<byte> text, int from, int to) => to <= from || (to - from <= MaxLine && text[from..to].IndexOf((byte)'\n') < 0);

    // Up to the end of the comment; what closes a comment is no reason. Whoever writes why may write another secret there.
    private static string Reason(ReadOnlySpan<byte> text, int start, DetectedSecret[] ordered)
    {
        var end = Math.Min(text.Length, start + MaxReason);
        if (text[start..end].IndexOf((byte)'\n') is >= 0 and var newline) end = start + newline;
        var bytes = text[start..end].ToArray();
        foreach (var (at, length) in ordered.SelectMany(s => s.Parts.Select(p => (p.Start, p.Length)).Append((s.Start, s.Length))))
        {
            var (from, to) = (Math.Max(at, start), Math.Min(at + length, end));
            if (from < to) bytes.AsSpan(from - start, to - from).Fill((byte)'*');
        }
        var reason = Encoding.UTF8.GetString(bytes).Trim().TrimStart(':');
        foreach (var stop in new[] { "-->", "*/", "--%>", "%>", Suppression.OwnComment, Suppression.GitleaksComment })
        {
            if (reason.IndexOf(stop, StringComparison.Ordinal) is >= 0 and var index) reason = reason[..index];
        }
        return reason.Trim();
    }
}
