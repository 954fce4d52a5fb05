using System.Buffers;

namespace Sentinel.Scanning.Secrets;

/// <summary>Finds the keywords of all rules in one pass over a text.</summary>
internal sealed class KeywordIndex
{
    private readonly SearchValues<string> _all;
    private readonly ILookup<char, (string Keyword, SecretRule Rule)> _byFirst;

    public KeywordIndex(IEnumerable<SecretRule> rules)
    {
        var entries = rules.SelectMany(r => r.Keywords.Select(k => (Keyword: k, Rule: r))).ToArray();
        _all = SearchValues.Create([.. entries.Select(e => e.Keyword).Distinct(StringComparer.Ordinal)], StringComparison.OrdinalIgnoreCase);
        _byFirst = entries.ToLookup(e => e.Keyword[0]);
    }

    /// <summary>Whether any keyword occurs.</summary>
    public bool Any(ReadOnlySpan<char> text) => text.ContainsAny(_all);

    /// <summary>Every occurrence with every rule it calls up.</summary>
    public IEnumerable<(int Index, SecretRule Rule)> Hits(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            var found = text.AsSpan(at).IndexOfAny(_all);
            if (found < 0) yield break;
            at += found;
            foreach (var (keyword, rule) in _byFirst[char.ToLowerInvariant(text[at])])
            {
                if (text.AsSpan(at).StartsWith(keyword, StringComparison.OrdinalIgnoreCase)) yield return (at, rule);
            }
        }
    }
}
