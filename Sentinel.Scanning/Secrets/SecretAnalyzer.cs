using System.Buffers;
using System.Text;
using Sentinel.Scanning.Identity;

namespace Sentinel.Scanning.Secrets;

/// <summary>Finds leaked secrets in any text file.</summary>
public sealed class SecretAnalyzer : IFileAnalyzer
{
    /// <summary>The analyzer's id.</summary>
    public const string Id = "secrets/patterns";

    private const int SnippetLines = 3;

    // Files whose random values are hashes of packages, not secrets.
    private static readonly HashSet<string> LockFiles = new(StringComparer.OrdinalIgnoreCase)
    {
        "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "composer.lock", "Cargo.lock", "poetry.lock", "Pipfile.lock", "uv.lock",
        "go.sum", "Gemfile.lock", "packages.lock.json", "project.assets.json", "flake.lock", "gradle.lockfile", "bun.lock", "pubspec.lock", "mix.lock",
    };

    /// <inheritdoc/>
    public PluginDescriptor Descriptor { get; } = new(Id, 1, "Leaked secrets in any text file", SecretRules.Hash);

    /// <inheritdoc/>
    public IReadOnlyList<RuleDescriptor> Rules { get; } = [.. SecretRules.All.Select(r => r.Descriptor), GenericSecret.Rule.Descriptor];

    /// <inheritdoc/>
    public bool Accepts(FileEntry file) => file.Length >= 8;

    /// <summary>The generic rule reads settings files differently, and lock files not at all.</summary>
    public string PathClass(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        if (LockFiles.Contains(name)) return "lock";
        return name.StartsWith(".env", StringComparison.Ordinal) ? ".env" : Path.GetExtension(name).ToLowerInvariant();
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Finding>> AnalyzeAsync(SourceFile file, AnalysisContext context, CancellationToken cancellationToken)
    {
        if (!MayHold(file)) return ValueTask.FromResult<IReadOnlyList<Finding>>([]);

        var isLock = PathClass(file.Path) == "lock";
        var secrets = SecretDetector.Detect(file.Text, file.Path, cancellationToken);
        var masked = SecretMask.Mask(file.Text, secrets);
        IReadOnlyList<Finding> findings =
            [.. secrets.Where(s => !(isLock && s.Rule == GenericSecret.Rule)).Select(s => ToFinding(file, masked, s, context, cancellationToken))];
        return ValueTask.FromResult(findings);
    }

    // Decodes into a rented buffer: a clean file costs no string.
    private static bool MayHold(SourceFile file)
    {
        var bytes = file.Content.Span;
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]) return SecretDetector.MayHold(file.Text);

        var chars = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(bytes.Length));
        try
        {
            var count = Encoding.UTF8.GetChars(bytes, chars);
            return SecretDetector.MayHold(chars.AsSpan(0, count));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(chars, clearArray: true);
        }
    }

    private static Finding ToFinding(SourceFile file, string masked, DetectedSecret secret, AnalysisContext context, CancellationToken cancellationToken)
    {
        var rule = secret.Rule.Descriptor;
        var value = file.Text.AsSpan(secret.Start, secret.Length);
        var region = file.RegionOf(secret.Start, secret.Length);
        var preview = SecretMask.Preview(value);
        return new Finding
        {
            RuleId = rule.Id,
            AnalyzerId = Id,
            Category = FindingCategory.Secret,
            Severity = rule.Severity,
            Confidence = secret.Confidence,
            Cwe = rule.Cwe,
            Title = rule.Title,
            Message = $"{rule.Title} {preview} stands in the code.",
            Location = new Location(file.Path, region),
            FingerprintHash = SecretFingerprint.Of(context.FingerprintKey.Span, value),
            MaskedPreview = preview,
            Snippet = SecretMask.Snippet(file, masked, region, SnippetLines, out var startLine, cancellationToken),
            SnippetStartLine = startLine,
        };
    }
}
