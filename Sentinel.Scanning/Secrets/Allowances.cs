using System.Security.Cryptography;
using System.Text;

namespace Sentinel.Scanning.Secrets;

/// <summary>
/// Comments that allow a value: <c>gitleaks:allow</c>, and <c>sentinel:allow REASON</c>. With the value's mark,
/// <c>sentinel:allow[3f9a] REASON</c> allows that value only, so that another secret which takes its place on the line is found.
/// </summary>
internal static class Allowances
{
    private const int MaxLine = 4096;
    private const int MaxReason = 200;
    private const int MarkBytes = 2;

    private static ReadOnlySpan<byte> OwnWord => "sentinel:allow"u8;

    private static ReadOnlySpan<byte> GitleaksWord => "gitleaks:allow"u8;

    /// <summary>Four hexadecimal digits that tie a comment to a value. Too few to tell anything about it, enough to notice another.</summary>
    public static string MarkOf(string value) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("sentinel-allow\0" + value)).AsSpan(0, MarkBytes));

    /// <summary>What a comment on the lines of a secret says of it; null when there is none.</summary>
    /// <param name="value">The secret.</param>
    public static Suppression? Of(ReadOnlySpan<byte> text, int start, int end, string value)
    {
        var lines = LinesOf(text, start, end);
        if (lines.IndexOf(OwnWord) is >= 0 and var own)
        {
            var rest = lines[(own + OwnWord.Length)..];
            if (rest.IndexOf((byte)'\n') is >= 0 and var stop) rest = rest[..stop];
            if (rest is not [(byte)'[', ..]) return new Suppression("sentinel:allow", Reason(rest));
            var close = rest.IndexOf((byte)']');
            if (close > 0 && Encoding.ASCII.GetString(rest[1..close]).Equals(MarkOf(value), StringComparison.OrdinalIgnoreCase)) return new Suppression("sentinel:allow", Reason(rest[(close + 1)..]));
            return null;
        }
        return lines.IndexOf(GitleaksWord) >= 0 ? new Suppression("gitleaks:allow", "") : null;
    }

    /// <summary>The whole lines of a span, bounded on both sides.</summary>
    public static ReadOnlySpan<byte> LinesOf(ReadOnlySpan<byte> text, int start, int end)
    {
        var before = text[Math.Max(0, start - MaxLine)..start];
        var after = text[end..Math.Min(text.Length, end + MaxLine)];
        var from = start - before.Length + before.LastIndexOf((byte)'\n') + 1;
        var to = after.IndexOf((byte)'\n') is >= 0 and var newline ? end + newline : end + after.Length;
        return text[from..to];
    }

    // Up to the end of the comment; what closes a comment is no reason.
    private static string Reason(ReadOnlySpan<byte> rest)
    {
        var reason = Encoding.UTF8.GetString(rest[..Math.Min(rest.Length, MaxReason)]).Trim().TrimStart(':').TrimEnd('\r');
        foreach (var end in new[] { "-->", "*/", "--%>", "%>" })
        {
            if (reason.IndexOf(end, StringComparison.Ordinal) is >= 0 and var stop) reason = reason[..stop];
        }
        return reason.Trim();
    }
}
