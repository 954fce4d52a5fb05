using System.Buffers;
using System.Text.RegularExpressions;

namespace Sentinel.Scanning.Secrets;

/// <summary>
/// Secrets of no known format: a name that speaks of a secret, an assignment, and a value that looks drawn at random. Ranked low in
/// confidence, and silent on what is random but no secret: hashes, UUIDs, integrity values, public keys, identifiers.
/// </summary>
internal static class GenericSecret
{
    public const string RuleId = "generic-high-entropy-secret";

    // name (with a word for a secret in it), an operator, a quoted value; or, in settings files, the rest of the line.
    private const string Pattern =
        @"(?i)([A-Za-z0-9_.\-]{0,40}(?:passw(?:or)?d|passphrase|secret|token|api_?-?key|access_?-?key|auth_?-?key|private_?-?key|encryption_?-?key|signing_?-?key|credential|client_?-?key)[A-Za-z0-9_.\-]{0,20})[""'`]?\s{0,4}(?:=>|:=|=|:)\s{0,4}(?:[""'`]([A-Za-z0-9+/=_.~!@#$%^&*?\-]{12,200})[""'`]|([A-Za-z0-9+/=_.~!@#%^&*?\-]{16,200})(?:\s|$))";

    // Names whose value is random, public and meant to be there.
    private static readonly Regex PublicName = new(
        "(?i)(hash|digest|checksum|integrity|sha[0-9]|md5|fingerprint|public|uuid|guid|commit|etag|token_?(?:type|url|uri|endpoint|name|count|limit|id|length|expir)|secret_?(?:name|id|arn|ref|path|key_?ref)|key_?(?:name|id|vault|path|file|length|size|word)|passw(?:or)?d_?(?:field|input|hash|policy|reset|file)|max_?token|next_?token|page_?token|cancellation|csrf|pattern|regex|schema|selector|label|placeholder)",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static readonly Regex Guid = new("(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private static readonly string[] SettingsExtensions = [".env", ".ini", ".properties", ".conf", ".cfg", ".yml", ".yaml", ".toml"];

    public static SecretRule Rule { get; } = new(
        new RuleDescriptor
        {
            Id = RuleId,
            Title = "Hard-coded secret",
            Category = FindingCategory.Secret,
            AnalyzerId = SecretAnalyzer.Id,
            Severity = Severity.High,
            Confidence = Confidence.Low,
            Cwe = 798,
            Description = "A value that looks random is assigned to a name that speaks of a password, a key or a token. If it is real, whoever reads the code can use it.",
            Remediation = "If it is real, rotate it where it is used, then read it from a secret store or an environment variable. If it is a test value, say so in the value itself or dismiss the finding with a reason.",
            References = ["https://cwe.mitre.org/data/definitions/798.html", "https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html"],
            Examples = ["db_password = \"<mixed:24>\"", "\"apiKey\": \"<mixed:32>\""],
            NegativeExamples = ["password = \"changeme-please-now\"", "token_id = \"<uuid>\"", "\"integrity\": \"sha512-<alnum:86>==\"", "api_key = os.environ[\"API_KEY\"]", "secretName: my-application-secret-name", "password_hash = \"<mixed:32>\""],
        },
        ["passw", "passphrase", "secret", "token", "key", "credential"], Pattern, SecretCheck.None, minEntropy: 3.5, window: 300);

    /// <summary>The span of the secret in a match, or null when it is none.</summary>
    public static Group? Judge(Match match, string path)
    {
        if (PublicName.IsMatch(match.Groups[1].ValueSpan)) return null;

        var quoted = match.Groups[2];
        var value = quoted.Success ? quoted : match.Groups[3];
        if (!quoted.Success && !IsSettings(path)) return null;
        return IsRandom(value.ValueSpan) ? value : null;
    }

    private static bool IsSettings(string path) =>
        SettingsExtensions.Any(e => path.EndsWith(e, StringComparison.OrdinalIgnoreCase)) || path.Contains("/.env", StringComparison.Ordinal) || path.StartsWith(".env", StringComparison.Ordinal);

    private static bool IsRandom(ReadOnlySpan<char> value)
    {
        if (Guid.IsMatch(value) || value.Contains("://", StringComparison.Ordinal)) return false;

        var digits = 0;
        var lower = 0;
        var upper = 0;
        var switches = 0;
        for (var i = 0; i < value.Length; i++)
        {
            var kind = Kind(value[i]);
            if (kind == 1) digits++;
            else if (kind == 2) lower++;
            else if (kind == 3) upper++;
            if (i > 0 && kind != Kind(value[i - 1])) switches++;
        }
        // Identifiers and paths change between kinds of characters rarely, and hold few digits; random text does both often.
        if (digits < 2 || lower + upper < 3 || switches < value.Length / 5) return false;
        var isHex = value.IndexOfAnyExcept(HexDigits) < 0;
        return SecretShape.Entropy(value) >= (isHex ? 3.0 : 3.5);
    }

    private static int Kind(char c) => char.IsAsciiDigit(c) ? 1 : char.IsAsciiLetterLower(c) ? 2 : char.IsAsciiLetterUpper(c) ? 3 : 0;
}
