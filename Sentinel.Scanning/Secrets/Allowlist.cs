using System.Text.RegularExpressions;

namespace Sentinel.Scanning.Secrets;

/// <summary>What an allow-list's patterns look at.</summary>
internal enum AllowlistTarget { Secret, Match, Line }

/// <summary>
/// What does not count although a rule matches it, as in a configuration of gitleaks: each kind of condition that is given is asked;
/// one that holds suffices, or all must with <paramref name="All"/>.
/// </summary>
/// <param name="Description">Shown with what it suppresses; may be empty.</param>
/// <param name="All">Whether every kind of condition that is given must hold.</param>
/// <param name="Paths">Patterns over the path.</param>
/// <param name="Patterns">Patterns over <paramref name="Target"/>.</param>
/// <param name="Stopwords">Lower case; contained in the secret in any case.</param>
/// <param name="Commits">Full or abbreviated commit ids; only history scans know the commit.</param>
internal sealed record Allowlist(
    string Description, bool All, IReadOnlyList<Regex> Paths, IReadOnlyList<Regex> Patterns, AllowlistTarget Target,
    IReadOnlyList<string> Stopwords, IReadOnlyList<string> Commits)
{
    /// <summary>Whether the whole file is allowed whatever it holds.</summary>
    public bool AllowsPath(string path) => Paths.Count > 0 && (!All || (Patterns.Count == 0 && Stopwords.Count == 0 && Commits.Count == 0)) && Paths.Any(p => p.IsMatch(path));

    /// <summary>Whether a match is allowed.</summary>
    public bool Allows(string path, ReadOnlySpan<char> secret, ReadOnlySpan<char> match, ReadOnlySpan<char> line)
    {
        var target = Target switch { AllowlistTarget.Match => match, AllowlistTarget.Line => line, _ => secret };
        bool? all = null;
        var any = false;
        if (Commits.Count > 0) Ask(false);
        if (Paths.Count > 0)
        {
            var holds = false;
            foreach (var pattern in Paths) holds |= pattern.IsMatch(path);
            Ask(holds);
        }
        if (Patterns.Count > 0)
        {
            var holds = false;
            foreach (var pattern in Patterns) holds |= pattern.IsMatch(target);
            Ask(holds);
        }
        if (Stopwords.Count > 0)
        {
            var holds = false;
            foreach (var word in Stopwords) holds |= secret.Contains(word, StringComparison.OrdinalIgnoreCase);
            Ask(holds);
        }
        return All ? all == true : any;

        void Ask(bool holds)
        {
            all = (all ?? true) && holds;
            any |= holds;
        }
    }
}
