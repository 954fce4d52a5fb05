namespace Sentinel.Scanning.Baselines;

/// <summary>
/// Values that comments allowed before. A comment without a mark would allow whatever takes its value's place, so a value that is new
/// counts where an allowed one went from the same file. A value that a comment allows beside the old ones is a new decision.
/// </summary>
/// <param name="before">Paths and fingerprints.</param>
public sealed class CommentAllowances(IEnumerable<(string Path, string Fingerprint)> before)
{
    private readonly ILookup<string, string> _byPath = before.ToLookup(b => b.Path, b => b.Fingerprint, StringComparer.Ordinal);
    private readonly HashSet<string> _known = [.. before.Select(b => b.Fingerprint)];

    /// <summary>What comments allow in a report.</summary>
    public static CommentAllowances Of(ScanReport report) =>
        new([.. report.Suppressed.Where(f => f.Suppression is { IsComment: true }).Select(f => (f.Location.Path, f.FingerprintHash))]);

    /// <summary>Moves what took an allowed value's place from the suppressed findings to those that count.</summary>
    /// <param name="counted">What was moved.</param>
    public ScanReport Apply(ScanReport report, out IReadOnlyList<Finding> counted)
    {
        var taken = new HashSet<Finding>(ReferenceEqualityComparer.Instance);
        // In a history each version of a file is a text of its own.
        foreach (var file in report.Suppressed.Where(f => f.Suppression is { IsComment: true }).GroupBy(f => (f.Location.Path, f.BlobId)))
        {
            var now = file.Select(f => f.FingerprintHash).ToHashSet(StringComparer.Ordinal);
            if (_byPath[file.Key.Path].All(now.Contains)) continue;
            taken.UnionWith(file.Where(f => f.Suppression!.IsUnmarkedComment && !_known.Contains(f.FingerprintHash)));
        }
        counted = [.. report.Suppressed.Where(taken.Contains)];
        return taken.Count == 0 ? report : SuppressionFilter.Count(report, taken.Contains);
    }
}
