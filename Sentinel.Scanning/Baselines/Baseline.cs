using System.Text.Json;
using Sentinel.Scanning.Identity;

namespace Sentinel.Scanning.Baselines;

/// <summary>Findings that are known already and not reported again: an earlier report of Sentinel, or one of gitleaks.</summary>
public sealed class Baseline
{
    /// <summary>The source that a suppressed finding names.</summary>
    public const string Source = "baseline";

    private readonly HashSet<string> _fingerprints = new(StringComparer.Ordinal);
    private readonly HashSet<(string Commit, string Path, int Line)> _places = [];
    private readonly List<(string Path, string Fingerprint)> _allowed = [];

    /// <summary>Entries that were read.</summary>
    public int Count { get; private set; }

    /// <summary>What comments allowed when the report was made; nothing for one of gitleaks, which does not say.</summary>
    public CommentAllowances Allowed => new(_allowed);

    /// <summary>Reads a report as it was written by <c>--format json</c> or <c>--format gitleaks</c>, or by gitleaks itself.</summary>
    /// <param name="name">Name of the file, for faults.</param>
    /// <param name="json">Its content; raw secrets in it are hashed and dropped.</param>
    /// <param name="fingerprintKey">32 bytes with which this scan hashes secrets.</param>
    /// <exception cref="FormatException">It is no such report, or one made with another key; names the file and line.</exception>
    public static Baseline Read(string name, ReadOnlyMemory<byte> json, ReadOnlySpan<byte> fingerprintKey)
    {
        if (json.Span is [0xEF, 0xBB, 0xBF, ..]) json = json[3..];
        var baseline = new Baseline();
        try
        {
            using var document = JsonDocument.Parse(json);
            switch (document.RootElement.ValueKind)
            {
                case JsonValueKind.Array:
                    baseline.AddGitleaks(name, document.RootElement, fingerprintKey);
                    return baseline;
                case JsonValueKind.Object when document.RootElement.TryGetProperty("findings", out var findings) && findings.ValueKind == JsonValueKind.Array:
                    CheckKey(name, document.RootElement, fingerprintKey);
                    baseline.AddOwn(name, findings);
                    baseline.AddAllowed(document.RootElement);
                    return baseline;
                default:
                    throw new FormatException($"{name}: this is no report: give one written by sentinel scan --format json, or by gitleaks.");
            }
        }
        catch (JsonException ex)
        {
            throw new FormatException($"{name}, line {(ex.LineNumber ?? 0) + 1}: not valid JSON: give a report written by sentinel scan --format json, or by gitleaks.", ex);
        }
    }

    /// <summary>Moves what is known from the findings to the suppressed ones.</summary>
    public ScanReport Apply(ScanReport report)
    {
        // A value is known wherever else it stands: one entry of it in the baseline is enough.
        var known = report.Findings.Where(IsKnown).Select(f => f.FingerprintHash).ToHashSet(StringComparer.Ordinal);
        return SuppressionFilter.Apply(report, f => known.Contains(f.FingerprintHash) ? new Suppression(Source, "") : null);
    }

    private bool IsKnown(Finding finding) =>
        _fingerprints.Contains(finding.FingerprintHash)
        || (finding.Category == FindingCategory.Secret && _places.Contains((finding.Commit?.Id ?? "", finding.Location.Path, finding.Location.Region.StartLine)));

    private void AddOwn(string name, JsonElement findings)
    {
        foreach (var (index, finding) in findings.EnumerateArray().Index())
        {
            if (Text(finding, "fingerprint") is not { Length: > 0 } fingerprint) throw new FormatException($"{name}: entry {index + 1} of findings has no fingerprint.");
            _fingerprints.Add(fingerprint);
            Count++;
        }
    }

    private void AddAllowed(JsonElement root)
    {
        if (!root.TryGetProperty("suppressed", out var suppressed) || suppressed.ValueKind != JsonValueKind.Array) return;
        foreach (var entry in suppressed.EnumerateArray())
        {
            if (Text(entry, "path") is { } path && Text(entry, "fingerprint") is { } fingerprint && entry.TryGetProperty("suppression", out var suppression)
                && Text(suppression, "source") is { } source && new Suppression(source, "").IsComment)
                _allowed.Add((path, fingerprint));
        }
    }

    private void AddGitleaks(string name, JsonElement findings, ReadOnlySpan<byte> fingerprintKey)
    {
        foreach (var (index, finding) in findings.EnumerateArray().Index())
        {
            if (Text(finding, "RuleID") is null || Text(finding, "File") is not { } file)
                throw new FormatException($"{name}: entry {index + 1} is no finding of gitleaks: it has no RuleID or no File.");
            var secret = Text(finding, "Secret") ?? "";
            // The rules of two tools cut a value differently, so the place counts too; where the report was redacted, it alone does.
            if (secret.Length > 0 && !IsMasked(secret)) _fingerprints.Add(SecretFingerprint.Of(fingerprintKey, secret));
            if (finding.TryGetProperty("StartLine", out var line) && line.ValueKind == JsonValueKind.Number && line.TryGetInt32(out var number))
                _places.Add((Text(finding, "Commit") ?? "", file, number));
            Count++;
        }
    }

    private static bool IsMasked(string secret) => secret == "REDACTED" || secret.Contains("***", StringComparison.Ordinal) || secret.EndsWith("...", StringComparison.Ordinal);

    private static void CheckKey(string name, JsonElement root, ReadOnlySpan<byte> fingerprintKey)
    {
        if ((Text(root, "keyId") ?? Text(root, "fingerprintKey")) is { } made && made != KeyId.Of(fingerprintKey))
            throw new FormatException($"{name}: made with another fingerprint key, so none of its secrets would be recognised: set SENTINEL_FINGERPRINT_KEY to the same value, or make the baseline again.");
    }

    private static string? Text(JsonElement element, string property) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
