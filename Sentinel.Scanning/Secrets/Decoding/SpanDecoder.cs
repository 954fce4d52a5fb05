using System.Buffers;
using System.Buffers.Text;
using System.IO.Compression;
using System.Text;

namespace Sentinel.Scanning.Secrets.Decoding;

/// <summary>
/// Finds the parts of a text that are encoded and decodes those that turn out to be text: base64 of every alphabet, hexadecimal,
/// percent, escapes of JSON and C strings, and gzip or UTF-16 inside base64.
/// </summary>
internal static class SpanDecoder
{
    private const int MinBase64 = 24;
    private const int MinHex = 32;
    private const int MaxEscapedRun = 8192;
    private const int ProbeBytes = 12;
    private const int MaxSpans = 2000;

    private static readonly bool[] IsBase64 = Table("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_");
    private static readonly bool[] IsBreak = Table(" \t\r\n\"'`<>");

    /// <summary>The encoded parts, outermost only, in order of their kinds.</summary>
    /// <param name="text">The text.</param>
    /// <param name="budget">Bytes that may still be decoded; what would exceed it is left alone. Lowered by what was decoded.</param>
    public static List<EncodedSpan>? Find(ReadOnlySpan<byte> text, ref long budget)
    {
        List<EncodedSpan>? spans = null;
        FindBase64(text, ref spans, ref budget);
        FindEscaped(text, (byte)'%', "percent", ref spans, ref budget);
        FindEscaped(text, (byte)'\\', "escapes", ref spans, ref budget);
        return spans;
    }

    // Every run of 24 has a byte at a multiple of 24: looking there and then to both sides reads a fraction of an ordinary text.
    private static void FindBase64(ReadOnlySpan<byte> text, ref List<EncodedSpan>? spans, ref long budget)
    {
        var done = 0;
        for (var probe = MinBase64 - 1; probe < text.Length; probe += MinBase64)
        {
            if (probe < done || !IsBase64[text[probe]]) continue;
            var start = probe;
            while (start > done && IsBase64[text[start - 1]]) start--;
            var end = probe + 1;
            while (end < text.Length && IsBase64[text[end]]) end++;
            done = end;
            if (end - start < MinBase64) continue;
            if (Base64OrHex(text, start, ref end, ref budget) is not { } span) continue;
            done = end;
            (spans ??= []).Add(span);
            if (spans.Count > MaxSpans || budget <= 0) return;
        }
    }

    private static EncodedSpan? Base64OrHex(ReadOnlySpan<byte> text, int start, ref int end, ref long budget)
    {
        var run = text[start..end];
        if (run.Length >= MinHex && run.Length % 2 == 0 && IsHex(run)) return Hex(run, start, ref budget);
        if (!ReadsAsText(run[..Math.Min(run.Length, 20)])) return null;

        // Wrapped base64, as mail and PEM write it: full lines of one length, then a last one.
        var text64 = run.ToArray();
        var width = run.Length;
        if (width is 64 or 76)
        {
            var all = new ArrayBufferWriter<byte>();
            all.Write(run);
            var next = end;
            while (all.WrittenCount < MaxEscapedRun * 8)
            {
                var from = next;
                if (from < text.Length && text[from] == '\r') from++;
                if (from >= text.Length || text[from] != '\n') break;
                from++;
                var to = from;
                while (to < text.Length && IsBase64[text[to]]) to++;
                if (to == from || to - from > width) break;
                all.Write(text[from..to]);
                next = to;
                if (to - from < width) break;
            }
            end = next;
            text64 = all.WrittenSpan.ToArray();
        }
        var stop = end;
        while (stop < text.Length && text[stop] == '=' && stop - end < 2) stop++;
        if (text64.Length > budget || Decode(text64) is not { } decoded) return null;
        budget -= decoded.Length;
        if (Unpack(decoded, ref budget) is not { } readable) return null;
        return new EncodedSpan(start, stop - start, readable.Encoding is { } inner ? "base64, " + inner : "base64", readable.Bytes);
    }

    private static EncodedSpan? Hex(ReadOnlySpan<byte> run, int start, ref long budget)
    {
        Span<byte> probe = stackalloc byte[ProbeBytes];
        if (run.Length > budget * 2 || Convert.FromHexString(run[..(ProbeBytes * 2)], probe, out _, out _) != OperationStatus.Done || !IsText(probe)) return null;
        var decoded = new byte[run.Length / 2];
        if (Convert.FromHexString(run, decoded, out _, out _) != OperationStatus.Done || !IsText(decoded)) return null;
        budget -= decoded.Length;
        return new EncodedSpan(start, run.Length, "hex", decoded);
    }

    // The first bytes tell a text, a gzip member (RFC 1952) or UTF-16 from the noise that most such runs are.
    private static bool ReadsAsText(ReadOnlySpan<byte> head)
    {
        Span<byte> probe = stackalloc byte[ProbeBytes + 6];
        Span<byte> url = stackalloc byte[20];
        head = head[..(head.Length / 4 * 4)];
        head.CopyTo(url);
        Normalize(url[..head.Length]);
        Base64Url.DecodeFromUtf8(url[..head.Length], probe, out _, out var written);
        if (written < ProbeBytes) return false;
        probe = probe[..ProbeBytes];
        return probe is [0x1F, 0x8B, 8, ..] || IsText(probe) || IsUtf16(probe);
    }

    // The last characters of a run may belong to something else, or be cut: what is whole counts.
    private static byte[]? Decode(byte[] text)
    {
        Normalize(text);
        var decoded = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        Base64Url.DecodeFromUtf8(text, decoded, out _, out var written);
        return written * 4 >= (text.Length - 4) * 3 ? decoded[..written] : null;
    }

    private static void Normalize(Span<byte> text)
    {
        text.Replace((byte)'+', (byte)'-');
        text.Replace((byte)'/', (byte)'_');
    }

    private static (byte[] Bytes, string? Encoding)? Unpack(byte[] decoded, ref long budget)
    {
        if (decoded is [0x1F, 0x8B, 8, ..]) return Inflate(decoded, ref budget) is { } inflated ? (inflated, "gzip") : null;
        if (IsUtf16(decoded)) return (Encoding.UTF8.GetBytes(Encoding.Unicode.GetString(decoded)), "utf-16");
        return IsText(decoded) ? (decoded, null) : null;
    }

    // A bomb is read up to the budget and no further; what came out of it is looked at all the same.
    private static byte[]? Inflate(byte[] packed, ref long budget)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var result = new MemoryStream();
        var chunk = new byte[16 * 1024];
        try
        {
            for (int read; budget > 0 && (read = gzip.Read(chunk, 0, (int)Math.Min(chunk.Length, budget))) > 0;)
            {
                result.Write(chunk, 0, read);
                budget -= read;
            }
        }
        catch (InvalidDataException)
        {
            // Cut or broken: what could be read is text or not.
        }
        return result.Length > 0 && IsText(result.GetBuffer().AsSpan(0, (int)result.Length)) ? result.ToArray() : null;
    }

    private static void FindEscaped(ReadOnlySpan<byte> text, byte mark, string encoding, ref List<EncodedSpan>? spans, ref long budget)
    {
        var at = 0;
        while (at < text.Length)
        {
            var found = text[at..].IndexOf(mark);
            if (found < 0) return;
            at += found;
            if (!IsEscape(text, at))
            {
                at += mark == '\\' && at + 1 < text.Length && text[at + 1] == '\\' ? 2 : 1;
                continue;
            }
            var start = at;
            while (start > 0 && at - start < MaxEscapedRun && !IsBreak[text[start - 1]]) start--;
            var end = at;
            while (end < text.Length && end - start < MaxEscapedRun && (!IsBreak[text[end]] || (end > 0 && text[end - 1] == '\\' && mark == '\\' && text[end] != '\n'))) end++;
            if (end - start > budget) return;
            var decoded = Unescape(text[start..end]);
            at = Math.Max(end, at + 1);
            if (decoded.Length < 8) continue;
            budget -= decoded.Length;
            (spans ??= []).Add(new EncodedSpan(start, end - start, encoding, decoded));
            if (spans.Count > MaxSpans || budget <= 0) return;
        }
    }

    private static bool IsEscape(ReadOnlySpan<byte> text, int at) => text[at] == '%'
        ? at + 2 < text.Length && IsHexDigit(text[at + 1]) && IsHexDigit(text[at + 2]) && text[at + 1] is >= (byte)'2' and <= (byte)'7'
        : at + 1 < text.Length && text[at + 1] switch
        {
            (byte)'/' => true,
            (byte)'x' => at + 3 < text.Length && IsHexDigit(text[at + 2]) && IsHexDigit(text[at + 3]),
            (byte)'u' => at + 5 < text.Length && text[at + 2] == '0' && text[at + 3] == '0' && IsHexDigit(text[at + 4]) && IsHexDigit(text[at + 5]),
            _ => false,
        };

    private static byte[] Unescape(ReadOnlySpan<byte> text)
    {
        var result = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if ((text[i] is (byte)'%' or (byte)'\\') && IsEscape(text, i))
            {
                var (digits, skip) = text[i] == '%' ? (i + 1, 2) : text[i + 1] switch { (byte)'x' => (i + 2, 3), (byte)'u' => (i + 4, 5), _ => (-1, 1) };
                result[length++] = digits < 0 ? (byte)'/' : (byte)((HexValue(text[digits]) << 4) | HexValue(text[digits + 1]));
                i += skip;
            }
            else
            {
                result[length++] = text[i];
            }
        }
        return result[..length];
    }

    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        var odd = 0;
        foreach (var value in bytes)
        {
            if (value is (>= 32 and < 127) or (byte)'\n' or (byte)'\r' or (byte)'\t') continue;
            if (value < 32 || ++odd * 10 > bytes.Length) return false;
        }
        return bytes.Length > 0;
    }

    private static bool IsUtf16(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < ProbeBytes) return false;
        for (var i = 0; i + 1 < Math.Min(bytes.Length, 64); i += 2)
        {
            if (bytes[i + 1] != 0 || bytes[i] is < 9 or >= 127) return false;
        }
        return true;
    }

    private static bool IsHex(ReadOnlySpan<byte> run)
    {
        foreach (var value in run)
        {
            if (!IsHexDigit(value)) return false;
        }
        return true;
    }

    private static bool IsHexDigit(byte value) => char.IsAsciiHexDigit((char)value);

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static bool[] Table(string members)
    {
        var table = new bool[256];
        foreach (var c in members) table[c] = true;
        return table;
    }
}
