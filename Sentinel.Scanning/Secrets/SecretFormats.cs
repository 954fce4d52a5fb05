using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Sentinel.Scanning.Secrets;

/// <summary>Structures and checksums of token formats.</summary>
internal static class SecretFormats
{
    private const string Bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private static readonly System.Buffers.SearchValues<char> Base64Characters = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_");

    private static readonly System.Buffers.SearchValues<char> Base64Digits = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    /// <summary>Whether the longest base64 part of a token decodes to the beginning of a JSON object.</summary>
    public static bool HoldsBase64Json(ReadOnlySpan<char> token)
    {
        var start = token.IndexOf("eyJ", StringComparison.Ordinal);
        if (start < 0) return false;
        var body = token[start..];
        var end = body.IndexOfAnyExcept(Base64Characters);
        body = end < 0 ? body : body[..end];
        var bytes = Decode(body[..(body.Length / 4 * 4)]);
        if (bytes is null) return false;
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, default);
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.Read() && reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.EndObject;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Whether the body of a PEM block (RFC 7468) is base64 of DER, of OpenSSH's key format, or of an OpenPGP packet. A block without its end is judged by what is there.</summary>
    public static bool IsPem(ReadOnlySpan<char> block)
    {
        var (_, text) = PemParts(block);
        if (text.Length < 40) return false;
        var bytes = Decode(text.AsSpan(0, text.Length / 4 * 4));
        if (bytes is not { Length: >= 24 }) return false;
        // SEQUENCE, "openssh-key-v1", or a packet tag of RFC 9580 (the high bit is always set).
        return bytes[0] == 0x30 || bytes.AsSpan().StartsWith("openssh-key-v1"u8) || (bytes[0] & 0x80) != 0;
    }

    /// <summary>
    /// The same text for the same key however it is written: indented, with escaped line breaks, as a concatenation of literals. Only a
    /// private key has several forms; any other value is returned as it is.
    /// </summary>
    public static string Canonical(string value)
    {
        if (!value.Contains("PRIVATE KEY", StringComparison.Ordinal)) return value;
        var (header, body) = PemParts(value);
        return header.Length == 0 || body.Length == 0 ? value : $"{header}\n{body}";
    }

    // Around a line's digits may stand what makes it a comment or joins it to the next literal: // MIIE…, "MIIE…" +
    private static ReadOnlySpan<char> LongestRun(ReadOnlySpan<char> line)
    {
        var longest = ReadOnlySpan<char>.Empty;
        while (line.IndexOfAny(Base64Digits) is >= 0 and var start)
        {
            line = line[start..];
            var length = line.IndexOfAnyExcept(Base64Digits) is >= 0 and var end ? end : line.Length;
            if (length > longest.Length) longest = line[..length];
            line = line[length..];
        }
        return longest.IndexOfAnyExcept('+', '/') < 0 ? [] : longest;
    }

    // "-----BEGIN … KEY-----" and the base64 digits behind it. Headers of encrypted keys (RFC 1421) and of OpenPGP armour are left out.
    private static (string Header, string Body) PemParts(ReadOnlySpan<char> block)
    {
        const string Begin = "-----BEGIN ", Mark = "-----";
        var start = block.IndexOf(Begin, StringComparison.Ordinal);
        if (start < 0) return ("", "");
        var mark = block[(start + Begin.Length)..].IndexOf(Mark, StringComparison.Ordinal);
        if (mark < 0) return ("", "");
        var behind = start + Begin.Length + mark + Mark.Length;

        var body = new StringBuilder(Math.Min(block.Length, 4096));
        foreach (var line in block[behind..].ToString().Replace("\\r", "\n", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal).Split('\n'))
        {
            if (line.Contains(':', StringComparison.Ordinal)) continue;
            if (line.Contains(Mark, StringComparison.Ordinal)) break;
            body.Append(LongestRun(line));
        }
        return (block[start..behind].ToString(), body.ToString());
    }

    /// <summary>BIP 173: a lower- or upper-case text of prefix, <c>1</c> and data with six check characters.</summary>
    public static bool HasBech32Checksum(ReadOnlySpan<char> token)
    {
        var separator = token.LastIndexOf('1');
        if (separator < 1 || token.Length - separator < 7) return false;
        var lower = token.ToString().ToLowerInvariant();
        uint check = 1;
        foreach (var c in lower[..separator]) check = Step(check, (uint)(c >> 5));
        check = Step(check, 0);
        foreach (var c in lower[..separator]) check = Step(check, (uint)(c & 31));
        foreach (var c in lower[(separator + 1)..])
        {
            var value = Bech32Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (value < 0) return false;
            check = Step(check, (uint)value);
        }
        return check == 1;

        static uint Step(uint check, uint value)
        {
            ReadOnlySpan<uint> generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
            var top = check >> 25;
            check = ((check & 0x1ffffff) << 5) ^ value;
            for (var i = 0; i < 5; i++)
            {
                if (((top >> i) & 1) != 0) check ^= generator[i];
            }
            return check;
        }
    }

    /// <summary>Discord's tokens begin with the base64 of the bot's user number: https://discord.com/developers/docs/reference#authentication.</summary>
    public static bool BeginsWithDiscordId(ReadOnlySpan<char> token)
    {
        var dot = token.IndexOf('.');
        return dot > 0 && Decode(token[..dot]) is { Length: >= 15 and <= 20 } bytes && !bytes.AsSpan().ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    /// <summary>PyPI's tokens hold the name of the index they are for: https://pypi.org/help/#apitoken.</summary>
    public static bool IsPyPiMacaroon(ReadOnlySpan<char> token)
    {
        var dash = token.IndexOf('-');
        if (dash < 0) return false;
        var body = token[(dash + 1)..];
        return Decode(body[..(body.Length / 4 * 4)]) is { } bytes && (bytes.AsSpan().IndexOf("pypi.org"u8) >= 0 || bytes.AsSpan().IndexOf("test.pypi.org"u8) >= 0);
    }

    /// <summary>Base64 of either alphabet, with or without padding; null when it is none.</summary>
    internal static byte[]? Decode(ReadOnlySpan<char> text)
    {
        text = text.TrimEnd('=');
        if (text.Length % 4 == 1) text = text[..^1];
        var url = text.ToString().Replace('+', '-').Replace('/', '_');
        var bytes = new byte[Base64Url.GetMaxDecodedLength(url.Length)];
        Base64Url.DecodeFromChars(url, bytes, out _, out var written);
        // Bits left over in the last character are no reason to refuse the rest.
        return written * 4 >= (url.Length - 4) * 3 ? bytes[..written] : null;
    }
}
