using Sentinel.Contracts.CustomRules;
using Sentinel.Scanning;
using Sentinel.Scanning.Secrets;
using Sentinel.Worker.Scans;

namespace Sentinel.Worker.CustomRules;

/// <summary>
/// What changes in a file when one rule is replaced by another. Files in which neither finds anything alone are not looked at twice: the
/// rule set as a whole can only differ where one of them has something to say.
/// </summary>
internal sealed class RuleDifference
{
    private readonly SecretAnalyzer _probe;
    private readonly SecretAnalyzer _before;
    private readonly SecretAnalyzer _after;
    private readonly AnalysisContext _context;

    /// <param name="others">The other active rules of the organisation.</param>
    /// <param name="current">The active version of the rule; null when it is not active.</param>
    /// <param name="key">The installation's own: fingerprints are compared with those of stored findings.</param>
    /// <exception cref="SecretRuleException">A rule cannot be used.</exception>
    public RuleDifference(IReadOnlyList<CustomRuleDefinition> others, CustomRuleDefinition? current, CustomRuleDefinition candidate, byte[] key)
    {
        // Two versions of one rule have one id, which one set does not take twice.
        var probed = current is null ? [candidate] : new[] { candidate, current with { Id = current.Id + "-before" } };
        _probe = new SecretAnalyzer(LoneSecretRules.Read(probed.Select(Sentinel.Data.CustomRules.CustomRuleFile.Of)));
        _before = new SecretAnalyzer(ScanEngines.SetOf(current is null ? others : [.. others, current]));
        _after = new SecretAnalyzer(ScanEngines.SetOf([.. others, candidate]));
        _context = new AnalysisContext(key);
    }

    /// <summary>What would appear and what would go, by fingerprint.</summary>
    public async Task<(IReadOnlyList<Finding> Added, IReadOnlyList<Finding> Removed)> OfAsync(SourceFile file, CancellationToken cancellationToken)
    {
        if (file.Content.Length < 8 || file.IsBinary || (await _probe.AnalyzeAsync(file, _context, cancellationToken)).Count == 0) return ([], []);
        var before = await FindAsync(_before, file, cancellationToken);
        var after = await FindAsync(_after, file, cancellationToken);
        return ([.. after.Where(f => !before.ContainsKey(f.Key)).Select(f => f.Value)], [.. before.Where(f => !after.ContainsKey(f.Key)).Select(f => f.Value)]);
    }

    private async Task<Dictionary<string, Finding>> FindAsync(SecretAnalyzer analyzer, SourceFile file, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, Finding>(StringComparer.Ordinal);
        foreach (var finding in await analyzer.AnalyzeAsync(file, _context, cancellationToken))
        {
            if (finding.Suppression is null) found.TryAdd(finding.FingerprintHash, finding);
        }
        return found;
    }
}
