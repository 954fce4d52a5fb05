using System.Text;
using Sentinel.Scanning.Identity;
using Sentinel.Scanning.Secrets.Matching;

namespace Sentinel.Scanning.Secrets;

/// <summary>Finds leaked secrets in any text file.</summary>
/// <param name="set">The rules.</param>
public sealed class SecretAnalyzer(SecretRuleSet set) : IFileAnalyzer
{
    /// <summary>The analyzer's id.</summary>
    public const string Id = "secrets/patterns";

    private const int Revision = 4;
    private const int SnippetLines = 3;

    /// <summary>With the rules that come with Sentinel.</summary>
    public SecretAnalyzer()
        : this(SecretRuleSet.BuiltIn)
    {
    }

    /// <inheritdoc/>
    public PluginDescriptor Descriptor { get; } = new(Id, Revision, "Leaked secrets in any text file", set.Hash);

    /// <inheritdoc/>
    public IReadOnlyList<RuleDescriptor> Rules => set.Descriptors;

    /// <inheritdoc/>
    public RuleDescriptor? FindRule(string id) => set.Find(id);

    /// <inheritdoc/>
    /// <remarks>Also what is too short for a secret: a file that was emptied has to be looked at, or what stood in it would stay open.</remarks>
    public bool Accepts(FileEntry file) => true;

    /// <inheritdoc/>
    public bool ReadsParts => true;

    /// <summary>The generic rule reads settings files differently, and lock files not at all. Rules with paths of their own depend on the whole path.</summary>
    public string PathClass(string path) => set.DependsOnPath ? path : new FileContext(path).Class;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Finding>> AnalyzeAsync(SourceFile file, AnalysisContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<Finding>>(Analyze(file, context, cancellationToken));

    private List<Finding> Analyze(SourceFile file, AnalysisContext context, CancellationToken cancellationToken)
    {
        var utf8 = file.Utf8.Span;
        var secrets = SecretScanner.Scan(utf8, file.Path, set, cancellationToken);
        if (secrets.Count == 0) return [];

        var masked = SecretMask.Mask(file.Text, utf8, secrets);
        var positions = new TextPositions(utf8);
        var findings = new List<Finding>(secrets.Count);
        foreach (var secret in secrets)
        {
            var start = positions.Of(secret.Start);
            var region = file.RegionOf(start, positions.Of(secret.End) - start);
            var finding = ToFinding(file, masked, secret, region, context, cancellationToken);
            context.Secrets?.Seen(finding, secret.Value, [.. secret.Parts.Select(p => KeyValuePair.Create(p.Name, p.Value))]);
            findings.Add(finding);
        }
        return findings;
    }

    private static Finding ToFinding(SourceFile file, string masked, DetectedSecret secret, Region region, AnalysisContext context, CancellationToken cancellationToken)
    {
        var rule = secret.Rule;
        var preview = SecretMask.Preview(secret.Value);
        var encoded = secret.Encoding is { } encoding ? $", encoded as {encoding}," : "";
        var parts = secret.Parts.Count > 0 ? $", with {string.Join(" and ", secret.Parts.Select(p => $"{p.Name} {SecretMask.Preview(p.Value)}"))}," : "";
        var doubt = secret.IsMalformed ? " Its checksum does not fit, so it was probably made up or cut." : "";
        return new Finding
        {
            RuleId = rule.Id,
            AnalyzerId = Id,
            Category = FindingCategory.Secret,
            Severity = rule.Severity,
            Confidence = secret.Confidence,
            Cwe = rule.Cwe,
            Title = rule.Title,
            Message = $"{rule.Title} {preview}{encoded}{parts} stands in the code.{doubt}",
            Location = new Location(file.Path, region),
            FingerprintHash = SecretFingerprint.Of(context.FingerprintKey.Span, secret.Value),
            MaskedPreview = preview,
            Snippet = SecretMask.Snippet(file, masked, region, SnippetLines, out var startLine, cancellationToken),
            SnippetStartLine = startLine,
            Suppression = secret.Allowance,
            AllowMark = Allowances.MarkOf(secret.Value),
        };
    }
}
