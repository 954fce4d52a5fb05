namespace Sentinel.Scanning.Identity;

/// <summary>A finding that the repository already has.</summary>
/// <param name="Path">Where it was last seen, on the scanned ref if it is there, else anywhere.</param>
/// <param name="OnRef">Whether it is present on the scanned ref.</param>
/// <param name="Present">Whether it is present on any ref.</param>
public sealed record KnownFinding(Guid Id, string Fingerprint, int Ordinal, string Path, int StartLine, bool OnRef, bool Present);

/// <summary>What a scan saw of one finding.</summary>
/// <param name="Known">The finding it is; null when it is new.</param>
/// <param name="Ordinal">Number among equals; for a new finding the lowest that is free.</param>
/// <param name="Places">At least one; several only for a secret, whose places are one finding.</param>
public sealed record MatchedFinding(KnownFinding? Known, int Ordinal, IReadOnlyList<Finding> Places);

/// <summary>
/// Says which observed defect is which known finding. Equal fingerprints are told apart by evidence, best first: renamed path, same
/// path, then whatever is left of those still present. A finding that was closed comes back only at its own path: an equal
/// defect elsewhere is a new one, so a dismissal cannot swallow it.
/// </summary>
public static class FindingMatcher
{
    // Above this many equals in one file they are paired in order; the optimal pairing is quadratic.
    private const int MaxAligned = 200;

    /// <summary>Matches all observed findings; every observed finding is in exactly one result, every known one in at most one.</summary>
    /// <param name="known">All findings of the repository whose fingerprint may be observed.</param>
    /// <param name="observed">The findings of one scan.</param>
    /// <param name="renames">Old path by new path; empty when unknown.</param>
    public static IReadOnlyList<MatchedFinding> Match(
        IReadOnlyCollection<KnownFinding> known, IReadOnlyCollection<Finding> observed, IReadOnlyDictionary<string, string> renames)
    {
        var knownByFingerprint = known.ToLookup(k => k.Fingerprint, StringComparer.Ordinal);
        return [.. observed
            .GroupBy(f => f.FingerprintHash, StringComparer.Ordinal)
            .SelectMany(group => MatchEquals([.. knownByFingerprint[group.Key]], [.. Sorted(group)], renames))];
    }

    private static IEnumerable<MatchedFinding> MatchEquals(
        List<KnownFinding> known, List<Finding> observed, IReadOnlyDictionary<string, string> renames)
    {
        if (observed[0].Category == FindingCategory.Secret)
            return [new MatchedFinding(known.FirstOrDefault(), 0, observed)];

        var usedOrdinals = known.Select(k => k.Ordinal).ToHashSet();
        var pairs = new Dictionary<Finding, KnownFinding>(ReferenceEqualityComparer.Instance);
        // Findings on the ref first: one that only another ref has must not take their place.
        foreach (var candidates in new[] { known.Where(k => k.OnRef), known.Where(k => !k.OnRef) })
        {
            var left = candidates.Except(pairs.Values).ToList();
            // Where a rename is known it comes first: two files that swapped their names keep their findings.
            PairByPath(left, observed, pairs, path => renames.GetValueOrDefault(path, path));
            PairByPath(left, observed, pairs, path => path);
        }
        foreach (var onRef in new[] { true, false })
        {
            var left = known.Where(k => k.Present && k.OnRef == onRef).Except(pairs.Values).OrderBy(k => k.Ordinal);
            foreach (var (finding, match) in observed.Where(f => !pairs.ContainsKey(f)).Zip(left).ToList()) pairs.Add(finding, match);
        }

        var next = 0;
        return [.. observed.Select(f => pairs.TryGetValue(f, out var match)
            ? new MatchedFinding(match, match.Ordinal, [f])
            : new MatchedFinding(null, Free(), [f]))];

        int Free()
        {
            while (!usedOrdinals.Add(next)) next++;
            return next;
        }
    }

    private static void PairByPath(
        List<KnownFinding> known, List<Finding> observed, Dictionary<Finding, KnownFinding> pairs, Func<string, string> oldPath)
    {
        var knownByPath = known.ToLookup(k => k.Path, StringComparer.Ordinal);
        foreach (var group in observed.Where(f => !pairs.ContainsKey(f)).GroupBy(f => oldPath(f.Location.Path), StringComparer.Ordinal).ToList())
        {
            foreach (var (finding, match) in Align([.. knownByPath[group.Key].OrderBy(k => k.StartLine)], [.. group]))
            {
                pairs.Add(finding, match);
                known.Remove(match);
            }
        }
    }

    // Keeps the order and moves lines as little as possible; with equal counts order alone decides, whatever was inserted above.
    private static IEnumerable<(Finding, KnownFinding)> Align(List<KnownFinding> known, List<Finding> observed)
    {
        if (known.Count == 0 || observed.Count == 0) return [];
        if (known.Count == observed.Count || known.Count > MaxAligned || observed.Count > MaxAligned) return [.. observed.Zip(known)];

        var swap = observed.Count > known.Count;
        int[] few = [.. swap ? known.Select(k => k.StartLine) : observed.Select(f => f.Location.Region.StartLine)];
        int[] many = [.. swap ? observed.Select(f => f.Location.Region.StartLine) : known.Select(k => k.StartLine)];
        var chosen = Choose(few, many);
        return [.. chosen.Select((m, f) => swap ? (observed[m], known[f]) : (observed[f], known[m]))];
    }

    // For each of the few the index of its partner among the many, increasing, with the least sum of distances.
    private static int[] Choose(int[] few, int[] many)
    {
        var cost = new long[few.Length + 1, many.Length + 1];
        for (var i = 1; i <= few.Length; i++)
        {
            cost[i, i - 1] = long.MaxValue / 2;
            for (var j = i; j <= many.Length; j++)
                cost[i, j] = Math.Min(cost[i, j - 1], cost[i - 1, j - 1] + Math.Abs((long)few[i - 1] - many[j - 1]));
        }
        var chosen = new int[few.Length];
        for (int i = few.Length, j = many.Length; i > 0; j--)
        {
            // Of two equally near partners the later: what was removed or inserted above moves the rest down the list.
            if (cost[i, j] != cost[i - 1, j - 1] + Math.Abs((long)few[i - 1] - many[j - 1])) continue;
            chosen[--i] = j - 1;
        }
        return chosen;
    }

    private static IEnumerable<Finding> Sorted(IEnumerable<Finding> findings) =>
        findings.OrderBy(f => f.Location.Path, StringComparer.Ordinal).ThenBy(f => f.Location.Region.StartLine).ThenBy(f => f.Location.Region.StartColumn);
}
