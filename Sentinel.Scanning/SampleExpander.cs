using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Sentinel.Scanning.Secrets;

namespace Sentinel.Scanning;

/// <summary>
/// Fills the placeholders of a rule's examples: repeatable for one seed, and nothing shaped like a live secret stands in a file.
/// </summary>
public static partial class SampleExpander
{
    private const string Lower = "abcdefghijklmnopqrstuvwxyz";
    private const string Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Digits = "0123456789";
    private const int MaxLength = 100_000;

    /// <summary>The example with a value in place of each placeholder.</summary>
    /// <param name="template">As <see cref="RuleDescriptor.Examples"/> holds it.</param>
    /// <param name="seed">Any text; another gives other values.</param>
    /// <exception cref="InvalidOperationException">There is no such placeholder, or it stands for more than 100,000 characters.</exception>
    public static string Expand(string template, string seed)
    {
        var random = new Stream(seed);
        return Placeholder().Replace(template, match => Fill(match.Groups[1].Value, match.Groups[2].Success ? LengthOf(match.Groups[2].ValueSpan) : 0, random));
    }

    /// <summary>Whether a template has anything to fill in.</summary>
    public static bool HasPlaceholder(string template) => Expand(template, "any") != template;

    private static int LengthOf(ReadOnlySpan<char> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= MaxLength
            ? length
            : throw new InvalidOperationException($"a placeholder of more than {MaxLength} characters");

    private static string Fill(string kind, int length, Stream random) => kind switch
    {
        "alnum" => random.Text(Lower + Upper + Digits, length),
        "mixed" => random.Mixed(length),
        "alpha" => random.Text(Lower + Upper, length),
        "lower" => random.Text(Lower + Digits, length),
        "upper" => random.Text(Upper + Digits, length),
        "base64" => random.Text(Lower + Upper + Digits, length),
        "hex" => random.Text("0123456789abcdef", length),
        "base32" => random.Text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", length),
        "bech32" => random.Text("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", length),
        "url" => random.Text(Lower + Upper + Digits, length),
        "digits" => random.Text(Digits, length),
        "uuid" => $"{random.Text("0123456789abcdef", 8)}-{random.Text("0123456789abcdef", 4)}-4{random.Text("0123456789abcdef", 3)}-a{random.Text("0123456789abcdef", 3)}-{random.Text("0123456789abcdef", 12)}",
        "github-token" => GitHubToken(random),
        "jwt" => Jwt(random),
        _ => throw new InvalidOperationException($"unknown placeholder <{kind}>"),
    };

    private static string GitHubToken(Stream random)
    {
        var body = random.Text(Lower + Upper + Digits, 30);
        return body + SecretShape.Base62(System.IO.Hashing.Crc32.HashToUInt32(Encoding.ASCII.GetBytes(body)));
    }

    private static string Jwt(Stream random) =>
        $"{Encode("""{"alg":"RS256","typ":"JWT"}""")}.{Encode($$"""{"sub":"{{random.Text(Digits, 12)}}"}""")}.{random.Text(Lower + Upper + Digits, 86)}";

    private static string Encode(string json) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    [GeneratedRegex("<([a-z0-9-]+)(?::([0-9]+))?>")]
    private static partial Regex Placeholder();

    private sealed class Stream(string seed)
    {
        private int _block;
        private byte[] _bytes = [];
        private int _next;

        public string Text(string alphabet, int length)
        {
            var text = new StringBuilder(length);
            while (text.Length < length) text.Append(alphabet[Next() % alphabet.Length]);
            return text.ToString();
        }

        // Digits and both cases in turn: what a password generator makes.
        public string Mixed(int length)
        {
            var text = new StringBuilder(length);
            while (text.Length < length) text.Append(Text(new[] { Lower, Digits, Upper }[text.Length % 3], 1));
            return text.ToString();
        }

        private byte Next()
        {
            if (_next == _bytes.Length)
            {
                _bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}:{_block++}"));
                _next = 0;
            }
            return _bytes[_next++];
        }
    }
}
