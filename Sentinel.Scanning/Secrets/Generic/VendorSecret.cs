using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Sentinel.Scanning.Secrets.Matching;

namespace Sentinel.Scanning.Secrets.Generic;

/// <summary>
/// A credential of a known vendor in a format that none of its rules knows: vendors change formats, and old ones stay valid. Needs
/// the vendor's name, a word for a credential and a value that nobody would write by hand, close together.
/// </summary>
internal static partial class VendorSecret
{
    public const string RuleId = "vendor-credential";

    private const int MinName = 4;
    private const int MaxDistance = 48;
    private const int MaxBefore = 16;
    private const int MaxGap = 512;
    private const int MinLength = 10;
    private const int MaxLength = 1500;
    private const int MinNumber = 15;
    private const int MinUnnamed = 20;
    private const int Sha256Digits = 64;

    // A digit in every third character is more than a name has; below that the model must find the value rare.
    private const int DigitShare = 3;
    private const double MinRarity = 4.6;
    private const double MinRarityOfOneNumber = 5.2;
    private const double MinRarityOfLongNumber = 4.4;
    private const int MinLongLength = 20;
    private const double MinDottedRarity = 5.0;
    private const double MinManyBreaksRarity = 5.6;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private static readonly SearchValues<byte> HexBytes = SearchValues.Create("0123456789abcdefABCDEF"u8);

    private static readonly SearchValues<byte> ValueBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/.~"u8);

    private static readonly SearchValues<byte> AssignmentBytes = SearchValues.Create(" \t\"'`=:>"u8);

    private static readonly SearchValues<byte> JoiningBytes = SearchValues.Create(" \t\"'`=:>,-_"u8);

    public static RuleDescriptor Descriptor { get; } = new()
    {
        Id = RuleId,
        Title = "Possible credential of a vendor",
        Category = FindingCategory.Secret,
        AnalyzerId = SecretAnalyzer.Id,
        Severity = Severity.High,
        Confidence = Confidence.Low,
        Cwe = 798,
        Description = "A value that nobody would write by hand stands beside a vendor's name and a word such as key, token or secret, in a format that none of the vendor's rules knows. If it is real, whoever reads the code can act as its owner.",
        Remediation = "If it is real, revoke or rotate it with the vendor, then read the new one from a secret store or an environment variable. If it is an identifier or a test value, dismiss the finding with a reason.",
        References = ["https://cwe.mitre.org/data/definitions/798.html", "https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html"],
        Examples = ["contentful secret <alnum:29>", "TWILIO_LEGACY_KEY: <uuid>"],
        NegativeExamples = ["contentful secret getContentfulSecretName", "TWILIO_LEGACY_KEY: XXXXXXXXXXXXXXXXXXXXXXXX", "contentful commit <hex:40>", "twilio build <uuid>"],
    };

    /// <summary>The names by which a vendor stands in code; lower case.</summary>
    public static IEnumerable<string> NamesOf(string provider, IEnumerable<string> keywords)
    {
        var name = new string([.. provider.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit)]);
        var names = keywords.Where(k => k.Length >= MinName && k.All(char.IsAsciiLetterOrDigit) && (name.Contains(k, StringComparison.Ordinal) || k.Contains(name, StringComparison.Ordinal)));
        return (name.Length >= MinName ? names.Append(name) : names).Distinct(StringComparer.Ordinal);
    }

    /// <summary>The first value behind a vendor's name that looks like a credential; null for none.</summary>
    /// <param name="keyword">Index of the name.</param>
    /// <param name="after">Index behind it.</param>
    public static Candidate? At(ReadOnlySpan<byte> text, int keyword, int after)
    {
        var limit = Math.Min(text.Length, after + MaxDistance);
        var lines = 0;
        for (var at = after; at < limit;)
        {
            if (text[at] == '\n' && ++lines > 1) return null;
            if (!ValueBytes.Contains(text[at]))
            {
                at++;
                continue;
            }
            var start = at;
            var found = text[at..].IndexOfAnyExcept(ValueBytes);
            at = found < 0 ? text.Length : at + found;
            var end = at;
            start = SkipWords(text, start, end);
            while (end > start && text[end - 1] is (byte)'.' or (byte)'/') end--;
            while (end < text.Length && text[end] == '=' && end - at < 2 && (end + 1 >= text.Length || !char.IsAsciiLetterOrDigit((char)text[end + 1]))) end++;
            if (end - start is < MinLength or > MaxLength) continue;
            // A part of a path or an address names a place, and what is called is code.
            if (text[start - 1] == '/' || (end < text.Length && text[end] is (byte)'(' or (byte)'[')) continue;
            if (Judge(text, keyword, after, start, end)) return new Candidate(null, start, end - start, Confidence.Low, start - after, keyword, end - keyword) { IsVendor = true };
        }
        return null;
    }

    /// <summary>Whether a value in a vendor's own format stands right behind the vendor's name, and nothing there says that it is public.</summary>
    /// <param name="keyword">Index of the name.</param>
    /// <param name="after">Index behind it.</param>
    /// <param name="start">Index of the value.</param>
    /// <param name="end">Index behind the value.</param>
    public static bool IsAssigned(ReadOnlySpan<byte> text, int keyword, int after, int start, int end)
    {
        if (start <= after || end - start < MinUnnamed || text[after..start].IndexOfAnyExcept(JoiningBytes) >= 0) return false;
        var value = text[start..end];
        if (value.IndexOfAnyInRange((byte)'0', (byte)'9') < 0 || IsDigest(value)) return false;
        Span<char> context = stackalloc char[MaxBefore];
        return !PublicWord().IsMatch(Before(text, keyword, context));
    }

    // Beside nothing but a name, 64 hexadecimal digits are a digest first.
    private static bool IsDigest(ReadOnlySpan<byte> value) => value.Length == Sha256Digits && value.IndexOfAnyExcept(HexBytes) < 0;

    private static ReadOnlySpan<char> Before(ReadOnlySpan<byte> text, int keyword, Span<char> context)
    {
        var from = Math.Max(0, keyword - MaxBefore);
        if (text[from..keyword].LastIndexOf((byte)'\n') is >= 0 and var newline) from += newline + 1;
        return context[..Encoding.Latin1.GetChars(text[from..keyword], context)];
    }

    private static bool Judge(ReadOnlySpan<byte> text, int keyword, int after, int start, int end)
    {
        Span<char> value = stackalloc char[MaxLength + 2];
        value = value[..Encoding.Latin1.GetChars(text[start..end], value)];
        if (SecretShape.IsPlaceholder(value)) return false;

        // Before and behind the name, and not the name itself: a vendor may be called what others call a hash.
        Span<char> context = stackalloc char[MaxBefore + MaxGap + 1];
        var length = Before(text, keyword, context).Length;
        context[length++] = '\x01';
        length += Encoding.Latin1.GetChars(text[Math.Max(after, start - MaxGap)..start], context[length..]);
        context = context[..length];
        if (PublicWord().IsMatch(context)) return false;
        var isStrong = StrongWord().IsMatch(context);
        if (!LooksRandom(value, isStrong)) return false;
        var isNumber = value.IndexOfAnyExceptInRange('0', '9') < 0;
        return isStrong || (!isNumber && (Word().IsMatch(context) || (!IsDigest(text[start..end]) && IsAssigned(text[after..start]))));
    }

    // acme = "…", acme_prod: …: the vendor's name alone says whose value it is. An …_id is an identifier, a:b:c a path of names.
    private static bool IsAssigned(ReadOnlySpan<byte> gap)
    {
        var name = gap;
        while (gap is [var first, ..] && (char.IsAsciiLetter((char)first) || first is (byte)'_' or (byte)'-')) gap = gap[1..];
        name = name[..^gap.Length];
        if (name.Length >= 2 && Ascii.EqualsIgnoreCase(name[^2..], "id"u8)) return false;
        if (gap.IndexOfAnyExcept(AssignmentBytes) >= 0) return false;
        return gap.IndexOf((byte)'=') >= 0 || (gap.IndexOf((byte)':') is >= 0 and var colon && colon + 1 < gap.Length);
    }

    private static bool LooksRandom(ReadOnlySpan<char> value, bool isStrong)
    {
        if (SecretShape.IsGuid(value)) return SecretShape.IsRandomGuid(value);
        var (digits, letters, runs, breaks) = (0, 0, 0, 0);
        for (var i = 0; i < value.Length; i++)
        {
            if (char.IsAsciiDigit(value[i]))
            {
                digits++;
                if (i == 0 || !char.IsAsciiDigit(value[i - 1])) runs++;
            }
            else if (char.IsAsciiLetter(value[i]))
            {
                letters++;
            }
            else if (value[i] is '/' or '.')
            {
                breaks++;
            }
        }
        if (letters == 0) return digits == value.Length && digits >= MinNumber;
        if (letters < 2 || digits < 2 || SecretShape.Entropy(value) < Math.Min(3.3, Math.Log2(value.Length) * 0.8)) return false;
        // Names of types and members hold one number at most, and are joined by points.
        var rarity = TokenRarity.Instance.BitsPerCharacter(value);
        if (breaks > 0 && (rarity < MinDottedRarity || (breaks > 1 + (value.Length / 16) && rarity < MinManyBreaksRarity))) return false;
        var isHex = value.IndexOfAnyExcept(HexDigits) < 0;
        return (isHex && value.Length >= 16) || (runs > 1 && (digits * DigitShare >= value.Length || rarity >= MinRarity)) || rarity >= (isStrong && value.Length >= MinLongLength ? MinRarityOfLongNumber : MinRarityOfOneNumber);
    }

    // What is left of the name, and words glued to the value: …SECRET-1234
    private static int SkipWords(ReadOnlySpan<byte> text, int start, int end)
    {
        while (start < end)
        {
            var letters = start;
            while (letters < end && char.IsAsciiLetter((char)text[letters])) letters++;
            if (letters < end && text[letters] is not ((byte)'-' or (byte)'_' or (byte)'.' or (byte)'/')) return start;
            start = Math.Min(end, letters + 1);
        }
        return start;
    }

    [GeneratedRegex(@"(?i)(key|token|secret|passw|pwd|private|access|auth|cred|bearer|login|api_?id|app_?id|client)", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    [GeneratedRegex("(?i)(key|token|secret|passw|private)", RegexOptions.CultureInvariant)]
    private static partial Regex StrongWord();

    [GeneratedRegex("(?i)(hash|digest|checksum|integrity|sha-?[0-9]|sha$|_sha|md5|commit|revision|release|\\brev\\b|\\bref\\b|etag|uid|fingerprint|thumbprint|version|uuid|guid|subscription|object_?id|resource|snapshot|request[_-]?id|trace|session|tenant|build|image|layer|cache|public|trans?lat|checkpoint|model|dataset|package|(?:^|[^a-z0-9_-])id[\"']?\\s{0,3}[:=]|\\bpins?\\b)", RegexOptions.CultureInvariant)]
    private static partial Regex PublicWord();
}
