namespace Sentinel.Scanning.Reporting;

/// <summary>One leaked value, or one defect, with every place at which it stands.</summary>
/// <param name="Places">Earliest commit first, then by path and line; at least one.</param>
public sealed record Incident(IReadOnlyList<Finding> Places)
{
    /// <summary>The first place.</summary>
    public Finding First => Places[0];

    /// <summary>Distinct commits; 0 where no history was read.</summary>
    public int Commits => Places.Select(p => p.Commit?.Id).OfType<string>().Distinct(StringComparer.Ordinal).Count();

    /// <summary>Groups findings by what they are about; worst first.</summary>
    public static IReadOnlyList<Incident> Of(IEnumerable<Finding> findings) =>
        [.. findings.GroupBy(IdentityOf)
            .Select(g => new Incident(
                [.. g.OrderBy(f => f.Commit?.Order).ThenBy(f => f.Commit?.CommittedAt).ThenBy(f => f.Location.Path, StringComparer.Ordinal).ThenBy(f => f.Location.Region.StartLine).ThenBy(f => f.Location.Region.StartColumn)
                    .ThenBy(f => f.Commit?.Id, StringComparer.Ordinal)]))
            .OrderByDescending(i => i.First.Severity).ThenByDescending(i => i.First.Confidence).ThenBy(i => i.First.Location.Path, StringComparer.Ordinal)
            .ThenBy(i => i.First.Location.Region.StartLine).ThenBy(i => i.First.FingerprintHash, StringComparer.Ordinal)];

    // Two rules may know the same value; the value is what must be rotated. A defect of code is the rule's too.
    private static (string, string) IdentityOf(Finding finding) => (finding.Category == FindingCategory.Secret ? "" : finding.RuleId, finding.FingerprintHash);
}
