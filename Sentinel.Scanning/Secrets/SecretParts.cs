using System.Text;
using Sentinel.Scanning.Secrets.Matching;

namespace Sentinel.Scanning.Secrets;

/// <summary>Finds what belongs to a secret in the lines around it.</summary>
internal static class SecretParts
{
    private const int MaxReach = 4096;

    /// <summary>The nearest candidate or match for a part; null when there is none.</summary>
    /// <param name="absorbed">Gets the number of a candidate that becomes a part.</param>
    public static DetectedPart? Find(ReadOnlySpan<byte> text, SecretPart part, List<Candidate> candidates, int of, HashSet<int> absorbed)
    {
        var (from, to) = Reach(text, candidates[of], part.Lines);
        return part.RuleId is { } ruleId ? OfRule(text, part.Name, ruleId, candidates, of, absorbed, from, to) : OfPattern(text, part, candidates[of], from, to);
    }

    private static DetectedPart? OfRule(
        ReadOnlySpan<byte> text, string name, string ruleId, List<Candidate> candidates, int of, HashSet<int> absorbed, int from, int to)
    {
        var best = -1;
        for (var i = 0; i < candidates.Count; i++)
        {
            if (i == of || candidates[i].Rule?.Id != ruleId || candidates[i].Start < from || candidates[i].End > to) continue;
            if (best < 0 || Gap(candidates[i], candidates[of]) < Gap(candidates[best], candidates[of])) best = i;
        }
        if (best < 0) return null;
        absorbed.Add(best);
        var found = candidates[best];
        return new DetectedPart(name, Encoding.UTF8.GetString(text.Slice(found.Start, found.Length)), found.Start, found.Length);
    }

    private static DetectedPart? OfPattern(ReadOnlySpan<byte> text, SecretPart part, in Candidate secret, int from, int to)
    {
        DetectedPart? best = null;
        var bestGap = int.MaxValue;
        var window = Encoding.Latin1.GetString(text[from..to]);
        for (var match = part.Regex!.Match(window); match.Success; match = match.NextMatch())
        {
            var group = match.Groups.Count > 1 ? match.Groups[1] : match.Groups[0];
            var start = from + group.Index;
            var gap = start >= secret.End ? start - secret.End : secret.Start - (start + group.Length);
            if (gap < 0 || gap >= bestGap) continue;
            bestGap = gap;
            best = new DetectedPart(part.Name, Encoding.UTF8.GetString(text.Slice(start, group.Length)), start, group.Length);
        }
        return best;
    }

    private static int Gap(in Candidate a, in Candidate b) => a.Start >= b.End ? a.Start - b.End : Math.Max(0, b.Start - a.End);

    // The lines before and after, bounded in bytes too.
    private static (int From, int To) Reach(ReadOnlySpan<byte> text, in Candidate secret, int lines)
    {
        var from = secret.Start;
        var lowest = Math.Max(0, secret.Start - MaxReach);
        for (var left = lines + 1; from > lowest && (text[from - 1] != '\n' || --left > 0); from--)
        {
        }
        var to = secret.End;
        var highest = Math.Min(text.Length, secret.End + MaxReach);
        for (var left = lines + 1; to < highest && (text[to] != '\n' || --left > 0); to++)
        {
        }
        return (from, to);
    }
}
