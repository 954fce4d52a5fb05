using System.Buffers;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace Sentinel.Scanning.Secrets;

/// <summary>What a value looks like: its entropy, whether it is a placeholder, whether it carries the checksum of its format.</summary>
internal static class SecretShape
{
    private static readonly SearchValues<string> PlaceholderWords = SearchValues.Create(
        ["example", "placeholder", "changeme", "change-me", "change_me", "your_", "your-", "yourtoken", "insert_", "dummy", "redacted", "xxxxx", "*****", ".....", "<your", "notreal", "not-real", "not_real"],
        StringComparison.OrdinalIgnoreCase);

    private const int MinLastPart = 8;
    private const int MinBehindRun = 20;
    private const double SpreadOut = 3.5;

    private static readonly SearchValues<byte> HostCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"u8);

    private static readonly HashSet<string> StockPasswords = new(StringComparer.OrdinalIgnoreCase)
    {
        "password", "passwd", "passw0rd", "p@ssw0rd", "p%40ssw0rd", "secret", "postgres", "mysql", "root", "admin", "administrator", "user", "username", "test", "testing", "testpass",
        "guest", "mypassword", "mysecret", "mypass", "userpass", "my-secret", "my_password", "somepassword", "yourpassword", "dbpassword", "db_password", "hunter2", "letmein", "qwerty",
        "pass1234", "password1", "password123", "secret123", "example", "default", "foobar", "token",
    };

    /// <summary>Shannon entropy in bits per character.</summary>
    public static double Entropy(ReadOnlySpan<char> value)
    {
        if (value.IsEmpty) return 0;
        Span<int> counts = stackalloc int[128];
        foreach (var c in value) counts[c & 127]++;
        var entropy = 0.0;
        foreach (var count in counts)
        {
            if (count == 0) continue;
            var share = (double)count / value.Length;
            entropy -= share * Math.Log2(share);
        }
        return entropy;
    }

    /// <summary>A value that stands for a secret: words such as EXAMPLE, one repeated character, a template expression.</summary>
    public static bool IsPlaceholder(ReadOnlySpan<char> value)
    {
        if (value.ContainsAny(PlaceholderWords)) return true;
        if (value.IndexOf("${", StringComparison.Ordinal) >= 0 || value.IndexOf("{{", StringComparison.Ordinal) >= 0 || value.IndexOf("$(", StringComparison.Ordinal) >= 0) return true;
        if (LongestRun(value) < Math.Max(6, value.Length / 3)) return false;
        // Some formats begin with a run of their own: bearer tokens of X with twenty times A.
        var rest = value.TrimStart(value[0]);
        return rest.Length < MinBehindRun || Entropy(rest) < SpreadOut;
    }

    /// <summary>The last part of a secret address, any other value whole: a tenant named after an example still gives its hook away.</summary>
    public static ReadOnlySpan<char> Secretive(ReadOnlySpan<char> value)
    {
        var rest = value.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? value["https://".Length..] : value;
        var host = rest.IndexOf('/');
        if (host < 0 || rest[..host].IndexOf('.') < 0) return value;
        var last = rest[(rest.LastIndexOf('/') + 1)..];
        return last.Length >= MinLastPart ? last : rest[host..];
    }

    /// <summary>A value with a part that was crossed out.</summary>
    public static bool IsCrossedOut(ReadOnlySpan<char> value) => value.Contains("xxxxx", StringComparison.OrdinalIgnoreCase);

    /// <summary>A UUID in its usual form.</summary>
    public static bool IsGuid(ReadOnlySpan<char> value) => value.Length == 36 && value[8] == '-' && Guid.TryParseExact(value, "D", out _);

    /// <summary>A UUID that was drawn, and not 11111111-1111-….</summary>
    public static bool IsRandomGuid(ReadOnlySpan<char> value) => IsGuid(value) && Entropy(value) >= 2.6;

    /// <summary>Whether a value passes the check of its format.</summary>
    /// <returns>Null when its shape is right and its checksum is not: typed by hand, or cut.</returns>
    public static bool? Passes(SecretCheck check, ReadOnlySpan<char> value) => check switch
    {
        SecretCheck.GitHubChecksum => HasGitHubChecksum(value) ? true : null,
        SecretCheck.AwsAccount => Entropy(value[Math.Min(4, value.Length)..]) >= 2.5,
        SecretCheck.Jwt => IsSignedJwt(value) ? true : BeginsLikeJwt(value) ? null : false,
        SecretCheck.Base64Json => SecretFormats.HoldsBase64Json(value) ? true : null,
        SecretCheck.Pem => SecretFormats.IsPem(value) ? true : null,
        SecretCheck.Bech32 => SecretFormats.HasBech32Checksum(value) ? true : null,
        SecretCheck.DiscordId => SecretFormats.BeginsWithDiscordId(value) ? true : null,
        SecretCheck.PyPiMacaroon => SecretFormats.IsPyPiMacaroon(value) ? true : null,
        _ => true,
    };

    /// <summary>Whether a password in an address is one of the words that documentation and local set-ups use.</summary>
    public static bool IsStockPassword(ReadOnlySpan<char> value) => StockPasswords.GetAlternateLookup<ReadOnlySpan<char>>().Contains(value);

    /// <summary>Whether <c>@host</c> at the start of a text names a host that RFC 2606 keeps for documentation and tests.</summary>
    public static bool IsReservedHost(ReadOnlySpan<byte> text)
    {
        if (text is not [(byte)'@', .. var rest]) return false;
        rest = rest[..Math.Min(rest.Length, 255)];
        var end = rest.IndexOfAnyExcept(HostCharacters);
        var host = Encoding.Latin1.GetString(end < 0 ? rest : rest[..end]).TrimEnd('.');
        return host.EndsWith(".example", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".test", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".invalid", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith("example.com", StringComparison.OrdinalIgnoreCase) || host.EndsWith("example.org", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith("example.net", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>GitHub and npm tokens end in the base-62 CRC-32 of what stands before: https://github.blog/engineering/behind-githubs-new-authentication-token-formats/.</summary>
    public static bool HasGitHubChecksum(ReadOnlySpan<char> token)
    {
        var underscore = token.LastIndexOf('_');
        var body = token[(underscore + 1)..];
        if (body.Length < 12) return false;
        Span<byte> bytes = stackalloc byte[body.Length - 6];
        if (!Encoding.ASCII.TryGetBytes(body[..^6], bytes, out _)) return false;
        return body[^6..].SequenceEqual(Base62(Crc32.HashToUInt32(bytes)));
    }

    /// <summary>Six base-62 digits, most significant first.</summary>
    public static string Base62(uint value)
    {
        const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        Span<char> text = stackalloc char[6];
        for (var i = 5; i >= 0; i--, value /= 62) text[i] = Digits[(int)(value % 62)];
        return new string(text);
    }

    /// <summary>Whether the first two parts are base64url JSON objects and the first names an algorithm other than none (RFC 7519).</summary>
    public static bool IsSignedJwt(ReadOnlySpan<char> token)
    {
        var first = token.IndexOf('.');
        var second = first + 1 + token[(first + 1)..].IndexOf('.');
        return TryDecode(token[..first], out var header) && TryDecode(token[(first + 1)..second], out _) && NamesAlgorithm(header);
    }

    // A claims set that does not parse was shortened or typed by hand.
    private static bool BeginsLikeJwt(ReadOnlySpan<char> token)
    {
        var header = TryDecode(token[..token.IndexOf('.')], out var json);
        return header && NamesAlgorithm(json);
    }

    private static bool NamesAlgorithm(JsonDocument header) =>
        header.RootElement.TryGetProperty("alg", out var algorithm) && algorithm.ValueKind == JsonValueKind.String
        && !string.Equals(algorithm.GetString(), "none", StringComparison.OrdinalIgnoreCase);

    internal static bool TryDecode(ReadOnlySpan<char> part, out JsonDocument json)
    {
        json = null!;
        try
        {
            var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(part);
            json = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 16 });
            return json.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (Exception ex) when (ex is FormatException or JsonException)
        {
            return false;
        }
    }

    private static int LongestRun(ReadOnlySpan<char> value)
    {
        var longest = 0;
        for (int i = 0, run = 0; i < value.Length; i++)
        {
            run = i > 0 && value[i] == value[i - 1] ? run + 1 : 1;
            longest = Math.Max(longest, run);
        }
        return longest;
    }
}
