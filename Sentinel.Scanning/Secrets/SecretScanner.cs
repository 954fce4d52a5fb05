using System.Text;
using Sentinel.Scanning.Secrets.Decoding;
using Sentinel.Scanning.Secrets.Generic;
using Sentinel.Scanning.Secrets.Matching;

namespace Sentinel.Scanning.Secrets;

/// <summary>Finds secrets in a text: all rules in one pass, then what is encoded, then overlaps, parts and comments that allow a value.</summary>
internal static class SecretScanner
{
    /// <summary>Secrets kept of one text.</summary>
    public const int MaxSecrets = 2000;

    private const int MaxDepth = 3;
    private const int MaxContext = 96;
    private const long MinDecodeBudget = 1 << 20;
    private const long MaxDecodeBudget = 32 << 20;

    /// <summary>The secrets in order, none overlapping another.</summary>
    /// <param name="text">UTF-8; bytes that are not are kept as they are.</param>
    /// <exception cref="OperationCanceledException">The caller stopped, or the file's time is over.</exception>
    public static IReadOnlyList<DetectedSecret> Scan(ReadOnlySpan<byte> text, string path, SecretRuleSet set, CancellationToken cancellation)
    {
        var file = new FileContext(path);
        foreach (var list in set.Allowlists)
        {
            if (list.AllowsPath(path)) return [];
        }
        var budget = Math.Clamp(text.Length * 4L, MinDecodeBudget, MaxDecodeBudget);
        var found = Level(text, 0, set, file, 0, ref budget, cancellation);
        return found is null ? [] : [.. found.OrderBy(s => s.Start).Take(MaxSecrets)];
    }

    // What stands in the clear, and what the encoded parts hold. What stands before the start is there to be read with it.
    private static List<DetectedSecret>? Level(ReadOnlySpan<byte> text, int start, SecretRuleSet set, FileContext file, int depth, ref long budget, CancellationToken cancellation)
    {
        var candidates = MatchPass.Run(text, set, file, cancellation);
        var found = candidates is null ? null : Settle(text, candidates, set, file);
        if (depth < MaxDepth && budget > 0 && SpanDecoder.Find(text, ref budget) is { } spans)
        {
            foreach (var span in spans)
            {
                cancellation.ThrowIfCancellationRequested();
                if (Within(text, span, set, file, depth, ref budget, cancellation) is not { } inner) continue;
                found ??= [];
                // What a format in the clear explains is not explained again by what is inside it; a guess in the clear gives way.
                var clear = found.Where(s => s.Start < span.Start + span.Length && span.Start < s.End).ToArray();
                if (clear.Any(s => s.Encoding is not null || s.Confidence > Confidence.Low)) continue;
                found.RemoveAll(clear.Contains);
                found.AddRange(inner);
            }
        }
        if (found is not null) Allowances.Decide(text, start, found);
        return found;
    }

    // The name in front of an encoded value is read with it: a vendor's name or the word password counts there too.
    private static List<DetectedSecret>? Within(
        ReadOnlySpan<byte> text, EncodedSpan span, SecretRuleSet set, FileContext file, int depth, ref long budget, CancellationToken cancellation)
    {
        var line = text[Math.Max(0, span.Start - MaxContext)..span.Start];
        if (line.LastIndexOf((byte)'\n') is >= 0 and var newline) line = line[(newline + 1)..];
        byte[] composed = [.. line, .. span.Decoded];
        var inner = Level(composed, line.Length, set, file, depth + 1, ref budget, cancellation);
        if (inner is null) return null;
        var outer = new List<DetectedSecret>();
        var context = line.Length;
        foreach (var secret in inner.Where(s => s.End > context).DistinctBy(s => (s.Rule.Id, s.Value)))
        {
            outer.Add(secret with
            {
                Start = span.Start,
                Length = span.Length,
                Encoding = secret.Encoding is { } nested ? $"{span.Encoding}, {nested}" : span.Encoding,
                Parts = [.. secret.Parts.Select(p => p with { Start = span.Start, Length = span.Length })],
            });
        }
        return outer.Count > 0 ? outer : null;
    }

    private static List<DetectedSecret>? Settle(ReadOnlySpan<byte> text, List<Candidate> candidates, SecretRuleSet set, FileContext file)
    {
        // A hostile text can hold very many; the best are sought among them all, in one sweep over starts.
        candidates.Sort((a, b) => Compare(a, b));
        var kept = new List<Candidate>();
        var taken = new SortedSet<(int Start, int End)>();
        foreach (var candidate in candidates)
        {
            if (kept.Count >= MaxSecrets) break;
            if (Overlaps(taken, candidate.Start, candidate.End)) continue;
            taken.Add((candidate.Start, candidate.End));
            kept.Add(candidate);
        }

        var parts = new Dictionary<int, List<DetectedPart>>();
        var absorbed = new HashSet<int>();
        var dropped = new HashSet<int>();
        for (var i = 0; i < kept.Count; i++)
        {
            foreach (var part in kept[i].Rule?.Parts ?? [])
            {
                if (SecretParts.Find(text, part, kept, i, absorbed) is { } detected) (parts.TryGetValue(i, out var list) ? list : parts[i] = []).Add(detected);
                else if (part.Required) dropped.Add(i);
            }
        }

        List<DetectedSecret>? secrets = null;
        for (var i = 0; i < kept.Count; i++)
        {
            if (absorbed.Contains(i) || dropped.Contains(i)) continue;
            var candidate = kept[i];
            var value = Encoding.UTF8.GetString(text.Slice(candidate.Start, candidate.Length));
            if (IsAllowed(text, candidate, value, set, file.Path)) continue;
            (secrets ??= []).Add(new DetectedSecret(
                candidate.Descriptor, candidate.Start, candidate.Length, SecretFormats.Canonical(value), candidate.Confidence,
                parts.TryGetValue(i, out var list) ? list : [], Encoding: null, Allowance: null)
            {
                IsMalformed = candidate.Rule is { } rule && SecretShape.Passes(rule.Data.Check, value) is null,
            });
        }
        return secrets;
    }

    private static int Compare(in Candidate a, in Candidate b)
    {
        if (a.Rank != b.Rank) return a.Rank - b.Rank;
        if (a.Confidence != b.Confidence) return b.Confidence - a.Confidence;
        if (a.Rule is { } first && b.Rule is { } second && first.IsNamed != second.IsNamed) return first.IsNamed ? -1 : 1;
        if (a.Distance != b.Distance) return a.Distance - b.Distance;
        if (a.Length != b.Length) return b.Length - a.Length;
        if (a.MatchLength != b.MatchLength) return b.MatchLength - a.MatchLength;
        return a.Start != b.Start ? a.Start - b.Start : string.CompareOrdinal(a.Rule?.Id, b.Rule?.Id);
    }

    // The spans in the set do not overlap each other, so only the neighbours of the place can overlap it.
    private static bool Overlaps(SortedSet<(int Start, int End)> taken, int start, int end)
    {
        if (taken.Count == 0) return false;
        foreach (var next in taken.GetViewBetween((start, 0), (int.MaxValue, int.MaxValue)))
        {
            if (next.Start < end) return true;
            break;
        }
        foreach (var previous in taken.GetViewBetween((0, 0), (start, int.MaxValue)).Reverse())
        {
            return previous.End > start;
        }
        return false;
    }

    private static bool IsAllowed(ReadOnlySpan<byte> text, in Candidate candidate, string value, SecretRuleSet set, string path)
    {
        if (set.Allowlists.Count == 0 && candidate.Rule?.Data.Allowlists is not { Count: > 0 }) return false;
        var match = Encoding.UTF8.GetString(text.Slice(candidate.MatchStart, candidate.MatchLength));
        var line = Encoding.UTF8.GetString(Allowances.LinesOf(text, candidate.MatchStart, candidate.MatchStart + candidate.MatchLength));
        foreach (var list in set.Allowlists.Concat(candidate.Rule?.Data.Allowlists ?? []))
        {
            if (list.Allows(path, value, match, line)) return true;
        }
        return false;
    }
}
