using System.Buffers;
using System.Text.RegularExpressions;
using Sentinel.Scanning.Secrets.Matching;

namespace Sentinel.Scanning.Secrets.Generic;

/// <summary>
/// Secrets of no known format: a name that speaks of a secret, an assignment, and a value that nobody would write by hand. Ranked by
/// how rare the value is in ordinary source, how plainly the name speaks and how the assignment looks; silent on what is random but
/// no secret: hashes, UUIDs, integrity values, public keys, identifiers.
/// </summary>
internal static partial class GenericSecret
{
    public const string RuleId = "generic-high-entropy-secret";

    /// <summary>Words that call the rule up; lower case.</summary>
    public static readonly string[] Words =
    [
        "passw", "passphrase", "passwd", "pwd", "secret", "token", "key", "credential", "creds", "auth", "bearer", "_pass", "dbpass", "salt", "signature", "webhook", "apitoken", "dsn",
    ];

    // Least surprise per character (TokenRarity) that a value needs, by how plainly its name speaks.
    private const double RareForPlainName = 5.0;
    private const double RareForVagueName = 5.6;
    private const int MinLength = 12;
    private const int MinVagueLength = 20;
    private const int MinPasswordLength = 8;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private static readonly SearchValues<char> Base64Characters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    public static RuleDescriptor Descriptor { get; } = new()
    {
        Id = RuleId,
        Title = "Hard-coded secret",
        Category = FindingCategory.Secret,
        AnalyzerId = SecretAnalyzer.Id,
        Severity = Severity.High,
        Confidence = Confidence.Low,
        Cwe = 798,
        Description = "A value that nobody would write by hand is assigned to a name that speaks of a password, a key or a token. If it is real, whoever reads the code can use it.",
        Remediation = "If it is real, rotate it where it is used, then read it from a secret store or an environment variable. If it is a test value, say so in the value itself or dismiss the finding with a reason.",
        References = ["https://cwe.mitre.org/data/definitions/798.html", "https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html"],
        Examples = ["db_password = \"<mixed:24>\"", "\"apiKey\": \"<mixed:32>\"", "<add key=\"ServiceToken\" value=\"<alnum:40>\" />"],
        NegativeExamples =
        [
            "password = \"changeme-please-now\"", "token_id = \"<uuid>\"", "\"integrity\": \"sha512-<alnum:86>==\"", "api_key = os.environ[\"API_KEY\"]",
            "secretName: my-application-secret-name", "password_hash = \"<mixed:32>\"", "secret = GetSecretFromVaultByName", "git_commit_key: <hex:40>",
        ],
    };

    /// <summary>How sure it is that a value is a secret; null when it is none.</summary>
    /// <param name="name">What it is assigned to.</param>
    /// <param name="value">Without quotes.</param>
    /// <param name="quoted">Whether it stands in quotes; a bare one may be an expression.</param>
    public static Confidence? Judge(ReadOnlySpan<char> name, ReadOnlySpan<char> value, bool quoted)
    {
        // Some vendors' keys are UUIDs; elsewhere a UUID is an identifier.
        if (SecretShape.IsGuid(value)) return SecretShape.IsRandomGuid(value) && GuidName().IsMatch(name) && !PublicName().IsMatch(name) ? Confidence.Low : null;
        if (value.Length < MinPasswordLength || SecretShape.IsPlaceholder(value) || !LooksLiteral(value)) return null;

        var kinds = KindsOf(value, out var digits, out var letters);
        var isHex = value.IndexOfAnyExcept(HexDigits) < 0;
        var isPassword = PasswordName().IsMatch(name);
        var isPlain = isPassword || PlainName().IsMatch(name);
        if (value.Length < (isPassword ? MinPasswordLength : isPlain ? MinLength : MinVagueLength)) return null;
        if (digits < 2 && !(isPassword && kinds >= 3 && digits >= 1)) return null;
        if (letters < 3 && !isPassword) return null;
        if (!quoted && (kinds < 2 || digits < 2)) return null;
        if (PublicName().IsMatch(name)) return null;

        if (isHex)
        {
            // Hexadecimal digits are all alike to the model; only their spread and number can tell.
            return isPlain && value.Length >= 20 && SecretShape.Entropy(value) >= 3.0 ? Confidence.Low : null;
        }
        if (SecretShape.Entropy(value) < Math.Min(3.5, Math.Log2(value.Length) * 0.85)) return null;
        var rarity = TokenRarity.Instance.BitsPerCharacter(value);
        return rarity >= (isPlain ? RareForPlainName : RareForVagueName) ? Confidence.Low : null;
    }

    // Not a reference, a path, an address, an expression, a date.
    private static bool LooksLiteral(ReadOnlySpan<char> value)
    {
        if (value[0] is '$' or '%' or '<' or '{' or '[' or '(' or '/' or '\\' or '~' or '@' or '&' or '*') return false;
        if (value.StartsWith("./") || value.StartsWith("../") || value.Contains("://", StringComparison.Ordinal)) return false;
        if (value.StartsWith("arn:") || value.StartsWith("urn:") || value.StartsWith("sha256:") || value.StartsWith("sha512-") || value.StartsWith("sha256-") || value.StartsWith("sha1-")) return false;
        foreach (var c in value)
        {
            if (c <= ' ' || c >= 127 || c is '(' or ')' or '{' or '}' or '<' or '>' or '[' or ']' or '"' or '`' or '\\' or ',' or ';') return false;
        }
        return value.Count('.') <= 2 && (value.Count('/') <= Math.Max(1, value.Length / 16) || IsBase64(value));
    }

    // Base64 has a stroke in every thirty-second character by chance, and often more; between those of a path stand words.
    private static bool IsBase64(ReadOnlySpan<char> value) =>
        value.Length >= MinVagueLength && value.IndexOfAnyExcept(Base64Characters) < 0 && TokenRarity.Instance.BitsPerCharacter(value) >= RareForVagueName;

    private static int KindsOf(ReadOnlySpan<char> value, out int digits, out int letters)
    {
        var (lower, upper, other) = (0, 0, 0);
        digits = 0;
        foreach (var c in value)
        {
            if (char.IsAsciiDigit(c)) digits++;
            else if (char.IsAsciiLetterLower(c)) lower++;
            else if (char.IsAsciiLetterUpper(c)) upper++;
            else other++;
        }
        letters = lower + upper;
        return (digits > 0 ? 1 : 0) + (lower > 0 ? 1 : 0) + (upper > 0 ? 1 : 0) + (other > 0 ? 1 : 0);
    }

    [GeneratedRegex("(?i)(passw(?:or)?d|passphrase|passwd|pwd|pass$|secret|api[_. -]?key|access[_. -]?key|auth[_. -]?key|private[_. -]?key|encryption[_.-]?key|signing[_.-]?key|master[_.-]?key|account[_.-]?key|service[_.-]?key|shared[_.-]?key|app(?:lication)?[_.-]?key|client[_.-]?key|license[_.-]?key|deploy[_.-]?key|[a-z0-9][_-]key$|token|credential|creds|bearer|authorization|webhook)", RegexOptions.CultureInvariant)]
    private static partial Regex PlainName();

    [GeneratedRegex("(?i)(api[_. -]?key|api[_. -]?token|access[_. -]?token|auth[_. -]?token|access[_. -]?key|secret[_. -]?key|client[_. -]?secret|secret$|(?-i:_TOKEN$))", RegexOptions.CultureInvariant)]
    private static partial Regex GuidName();

    [GeneratedRegex("(?i)(passw(?:or)?d|passphrase|passwd|pwd|pass$)", RegexOptions.CultureInvariant)]
    private static partial Regex PasswordName();

    // Names whose value is random, public and meant to be there.
    [GeneratedRegex("(?i)(hash|digest|checksum|integrity|sha[0-9]|md5|fingerprint|thumbprint|public|pub_?key|uuid|guid|commit|etag|cache|token_?(?:type|url|uri|endpoint|name|count|limit|ids?$|length|expir|address|contract|symbol|mint)|secret_?(?:name|id$|arn|ref|path|key_?ref|version)|key_?(?:name|ids?$|vault|path|file|length|size|word|board|frame|code|press|down|up|space|ring|store|schema|pair|types?$)|(?:primary|foreign|sort|partition|row|cache|object|storage|idempotency|translation|i18n|lookup|route|react)_?key|passw(?:or)?d_?(?:field|input|hash|policy|reset|file|hint|label|placeholder|env)|max_?tokens?|next_?token|page_?token|continuation|cancellation|csrf|xsrf|antiforgery|pattern|regex|schema|selector|label|placeholder|author|title|class|style|test_?id|monkey|turkey|keyboard|keyword|sidekiq_?worker|site_?key|signature_?(?:version|method|algorithm|type)|salt_?(?:length|rounds|size)|auth_?(?:url|uri|type|method|mode|endpoint|provider|scheme|domain|server|service|ority|enticat))", RegexOptions.CultureInvariant)]
    private static partial Regex PublicName();
}
