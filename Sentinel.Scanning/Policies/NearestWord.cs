namespace Sentinel.Scanning.Policies;

/// <summary>Guesses which word somebody meant.</summary>
internal static class NearestWord
{
    // Longer words are no slip of the hand, and comparing them costs the square of their length.
    private const int MaxLength = 40;

    /// <summary>The nearest of the words when it is near enough to be meant, else null.</summary>
    public static string? Of(string word, IEnumerable<string> words)
    {
        if (word.Length > MaxLength) return null;
        var plain = Plain(word);
        var best = words.Select(w => (Word: w, Distance: Distance(plain, Plain(w)))).OrderBy(w => w.Distance).FirstOrDefault();
        return best.Word is not null && best.Distance <= Math.Max(1, best.Word.Length / 3) ? best.Word : null;
    }

    // only_new, onlyNew and only-new are one word.
    private static string Plain(string word) => string.Concat(word.Where(c => c is not ('-' or '_' or ' '))).ToLowerInvariant();

    // Insertions, deletions, replacements, and neighbours changed round (optimal string alignment).
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                rows[i, j] = i == 0 || j == 0 ? i + j : Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }
        return rows[a.Length, b.Length];
    }
}
