using Sentinel.AiService.Explanations;
using Sentinel.Contracts.Findings;

namespace Sentinel.AiService.Answers;

/// <summary>Keeps the claims whose quote stands in the code that the model was shown, at the line they name or near it.</summary>
internal static class EvidenceLock
{
    /// <summary>How far from the named line a quote may stand: models miscount.</summary>
    public const int Tolerance = 2;

    // A bracket or a comma proves nothing.
    private const int MinMeaningfulCharacters = 3;

    private static readonly int[] Offsets = [0, -1, 1, -2, 2];

    /// <summary>The proved claims, each with the line at which its quote really stands; the rest is only counted.</summary>
    public static (IReadOnlyList<ExplanationClaim> Kept, int Dropped) Check(IReadOnlyList<ExplanationClaim> claims, QuotableCode code)
    {
        var kept = claims.Select(claim => Prove(claim, code)).OfType<ExplanationClaim>().ToArray();
        return (kept, claims.Count - kept.Length);
    }

    private static ExplanationClaim? Prove(ExplanationClaim claim, QuotableCode code)
    {
        if (!string.Equals(claim.Path, code.Path, StringComparison.Ordinal) || claim.Quote.Count(char.IsLetterOrDigit) < MinMeaningfulCharacters) return null;

        var quote = claim.Quote.ReplaceLineEndings("\n").Trim();
        var lines = quote.Split('\n');
        foreach (var offset in Offsets)
        {
            var index = (long)claim.Line + offset - code.StartLine;
            if (index >= 0 && index + lines.Length <= code.Lines.Count && StandsAt(lines, code.Lines, (int)index))
                return claim with { Line = claim.Line + offset, Quote = quote };
        }
        return null;
    }

    // Of several lines the first must end its line, the last begin its own, and those between fill theirs; only indentation may differ.
    private static bool StandsAt(string[] quote, IReadOnlyList<string> code, int index)
    {
        if (quote.Length == 1) return code[index].Contains(quote[0], StringComparison.Ordinal);
        if (!code[index].TrimEnd().EndsWith(quote[0].TrimEnd(), StringComparison.Ordinal)) return false;
        for (var i = 1; i < quote.Length - 1; i++)
        {
            if (!code[index + i].AsSpan().Trim().SequenceEqual(quote[i].AsSpan().Trim())) return false;
        }
        return code[index + quote.Length - 1].TrimStart().StartsWith(quote[^1].TrimStart(), StringComparison.Ordinal);
    }
}
