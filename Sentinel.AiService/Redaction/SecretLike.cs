using System.Text.RegularExpressions;

namespace Sentinel.AiService.Redaction;

/// <summary>
/// Masks what looks like a secret even where the scanner would not report one: what is masked wrongly costs an explanation a word,
/// what is missed leaves the house.
/// </summary>
internal static partial class SecretLike
{
    private const int Timeout = 1000;

    /// <summary>The text with the same length and lines.</summary>
    /// <exception cref="RegexMatchTimeoutException">The text could not be checked in time, and must not be sent.</exception>
    public static string Mask(string text)
    {
        var masked = new MaskedText(text);
        foreach (Match match in PrivateKey().Matches(text)) masked.Cover(match.Groups["v"]);
        foreach (Match match in KeyMaterialLine().Matches(text)) masked.Cover(match.Groups["v"]);
        foreach (Match match in UrlCredentials().Matches(text)) masked.Cover(match.Groups["v"]);
        foreach (Match match in Authorization().Matches(text)) masked.Cover(match.Groups["v"]);
        foreach (Match match in Assignment().Matches(text))
        {
            if (IsLiteral(match)) masked.Cover(match.Groups["v"]);
        }
        foreach (Match match in Token().Matches(text))
        {
            if (IsRandom(match.ValueSpan) && !IsPin(text, match)) masked.Cover(match);
        }
        return masked.ToString();
    }

    // A word that stands for a value, such as `secrets: inherit` or `token: process.env.TOKEN`, is code that the explanation needs.
    private static bool IsLiteral(Match match)
    {
        var value = match.Groups["v"].ValueSpan;
        if (value.StartsWith("process.") || value.StartsWith("os.") || value.StartsWith("env.") || value.StartsWith("secrets.")) return false;
        var isPassword = match.Groups["k"].ValueSpan.StartsWith("pass", StringComparison.OrdinalIgnoreCase) || match.Groups["k"].ValueSpan.StartsWith("pwd", StringComparison.OrdinalIgnoreCase);
        return isPassword || match.Groups["q"].Length > 0 || value.ContainsAnyExcept(Letters);
    }

    private static readonly System.Buffers.SearchValues<char> Letters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static bool IsRandom(ReadOnlySpan<char> token)
    {
        Span<int> counts = stackalloc int[128];
        var (digits, letters) = (0, 0);
        foreach (var c in token)
        {
            counts[c]++;
            if (char.IsAsciiDigit(c)) digits++;
            else if (char.IsAsciiLetter(c)) letters++;
        }
        if (digits < 3 || letters < 3) return false;

        var entropy = 0.0;
        foreach (var count in counts)
        {
            if (count > 0) entropy -= (double)count / token.Length * Math.Log2((double)count / token.Length);
        }
        return entropy >= 3;
    }

    // Commits and digests after @ or sha256: are public, and the very evidence of rules about pinning.
    private static bool IsPin(string text, Match match)
    {
        if (match.Length is not (40 or 64) || match.ValueSpan.ContainsAnyExcept(HexDigits)) return false;
        var before = text.AsSpan(0, match.Index);
        return before.EndsWith("@") || before.EndsWith("sha256:");
    }

    private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdef");

    // With or without its end, since a snippet may be cut anywhere.
    [GeneratedRegex(@"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?<v>[^-]{0,20000})", RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex PrivateKey();

    [GeneratedRegex(@"^[\s""']{0,20}(?<v>[A-Za-z0-9+/=]{40,200})[\s""'\\n,]{0,20}$", RegexOptions.Multiline | RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex KeyMaterialLine();

    [GeneratedRegex(@"://(?<v>[^\s/@:""'<>]{0,100}:[^\s@""'<>]{1,200})@", RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex UrlCredentials();

    [GeneratedRegex(@"\b(?:bearer|basic)\s{1,4}(?<v>[A-Za-z0-9._~+/=-]{8,2000})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex Authorization();

    [GeneratedRegex(
        @"(?<k>pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|credentials?|auth(?!or))\w{0,30}[""'\]]{0,2}\s{0,8}(?::=|=>|[:=])\s{0,8}(?<q>[""'`]?)(?<v>[^\s""'`,;{}()$<>]{4,2000})",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"(?<![A-Za-z0-9+_=-])[A-Za-z0-9+_=-]{24,2000}", RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex Token();

    private sealed class MaskedText(string text)
    {
        private char[]? _characters;

        public void Cover(Capture span)
        {
            _characters ??= text.ToCharArray();
            for (var i = span.Index; i < span.Index + span.Length; i++)
            {
                if (_characters[i] is not ('\n' or '\r')) _characters[i] = '*';
            }
        }

        public override string ToString() => _characters is null ? text : new string(_characters);
    }
}
