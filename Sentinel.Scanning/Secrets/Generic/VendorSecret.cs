using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Sentinel.Scanning.Secrets.Matching;

namespace Sentinel.Scanning.Secrets.Generic;

/// <summary>
/// A credential of a known vendor in a format that none of its rules knows: vendors change formats, and old ones stay valid. Needs
/// the vendor's name, a word for a credential and a value that nobody would write by hand, close together.
/// </summary>
internal static class VendorSecret
{
    public const string RuleId = "vendor-credential";

    private const int MinName = 4;
    private const int MaxDistance = 48;
    private const int MaxBefore = 16;
    private const int MinLength = 10;
    private const int MaxLength = 200;

    // A digit in every eighth character is more than a word has; below that the model must find the value rare.
    private const int DigitShare = 8;
    private const double MinRarity = 4.9;

    private static readonly SearchValues<byte> ValueBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/.~"u8);

    private static readonly Regex Word = SecretRule.Compile(@"(?i)(key|token|secret|passw|pwd|private|access|auth|cred|bearer|login|api_?id|app_?id|client)");

    private static readonly Regex PublicWord = SecretRule.Compile(@"(?i)(hash|digest|checksum|integrity|sha-?[0-9]|md5|commit|revision|\brev\b|etag|fingerprint|thumbprint|version|uuid|guid|request[_-]?id|trace|session|tenant|build|image|layer|cache|public|trans?lat|checkpoint|model|dataset|package)");

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
            if (Judge(text, keyword, start, end)) return new Candidate(null, start, end - start, Confidence.Low, start - after, keyword, end - keyword) { IsVendor = true };
        }
        return null;
    }

    private static bool Judge(ReadOnlySpan<byte> text, int keyword, int start, int end)
    {
        Span<char> value = stackalloc char[MaxLength + 2];
        value = value[..Encoding.Latin1.GetChars(text[start..end], value)];
        if (!LooksRandom(value) || SecretShape.IsPlaceholder(value)) return false;

        Span<char> context = stackalloc char[MaxBefore + 1024];
        var from = Math.Max(0, keyword - MaxBefore);
        if (text[from..keyword].LastIndexOf((byte)'\n') is >= 0 and var newline) from += newline + 1;
        from = Math.Max(from, start - 1024);
        context = context[..Encoding.Latin1.GetChars(text[from..start], context)];
        return Word.IsMatch(context) && !PublicWord.IsMatch(context);
    }

    private static bool LooksRandom(ReadOnlySpan<char> value)
    {
        if (SecretShape.IsGuid(value)) return true;
        var (digits, letters, breaks) = (0, 0, 0);
        foreach (var c in value)
        {
            if (char.IsAsciiDigit(c)) digits++;
            else if (char.IsAsciiLetter(c)) letters++;
            else if (c is '/' or '.') breaks++;
        }
        if (letters < 2 || digits < 2 || breaks > 1 + (value.Length / 16)) return false;
        if (SecretShape.Entropy(value) < Math.Min(3.3, Math.Log2(value.Length) * 0.8)) return false;
        return digits * DigitShare >= value.Length || TokenRarity.Instance.BitsPerCharacter(value) >= MinRarity;
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
}
