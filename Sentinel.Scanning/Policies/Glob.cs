using System.Collections.Frozen;

namespace Sentinel.Scanning.Policies;

/// <summary>
/// A pattern of paths: <c>*</c> stands for any characters of one name, <c>?</c> for one, <c>**</c> as a whole name for any number of
/// folders; a pattern that ends with <c>/</c> means everything below. Upper and lower case differ. Matching takes time in proportion to
/// pattern and path, whatever they are.
/// </summary>
public sealed class Glob : IEquatable<Glob>
{
    /// <summary>Longest pattern, in UTF-16 units.</summary>
    public const int MaxLength = 250;

    // Places at which a character that is named there leads on; all others are in the masks below.
    private readonly FrozenDictionary<char, GlobPlaces> _named;
    private readonly GlobPlaces _anyCharacter;
    private readonly GlobPlaces _anyName;
    private readonly GlobPlaces _folders;
    private readonly GlobPlaces _insideFolder;
    private readonly GlobPlaces _everything;
    private readonly GlobPlaces _end;

    private Glob(string pattern)
    {
        Pattern = pattern;
        var steps = StepsOf(pattern.EndsWith('/') ? pattern + "**" : pattern).ToArray();
        GlobPlaces Of(StepKind kind) => steps.Index().Where(s => s.Item.Kind == kind).Aggregate(GlobPlaces.None, (all, s) => all | GlobPlaces.At(s.Index));
        _named = steps.Index().Where(s => s.Item.Kind == StepKind.Character).GroupBy(s => s.Item.Character)
            .ToFrozenDictionary(g => g.Key, g => g.Aggregate(GlobPlaces.None, (all, s) => all | GlobPlaces.At(s.Index)));
        (_anyCharacter, _anyName, _everything) = (Of(StepKind.AnyCharacter), Of(StepKind.AnyName), Of(StepKind.Everything));
        (_folders, _insideFolder) = (Of(StepKind.Folders), Of(StepKind.InsideFolder));
        _end = GlobPlaces.At(steps.Length);
    }

    private enum StepKind { Character, AnyCharacter, AnyName, Folders, InsideFolder, Everything }

    /// <summary>As it was written.</summary>
    public string Pattern { get; }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="FormatException"><see cref="FaultOf"/> says what is wrong with it.</exception>
    public static Glob Parse(string pattern) => FaultOf(pattern) is { } fault ? throw new FormatException($"{fault.Message} {fault.Remedy}") : new Glob(pattern);

    /// <summary>What is wrong with a pattern and what to write instead; null when nothing is.</summary>
    public static (string Message, string Remedy)? FaultOf(string pattern)
    {
        var quoted = PolicyErrors.Quote(pattern);
        if (pattern.Length == 0) return ("The pattern is empty.", "Write ** for everything, or leave it out.");
        if (pattern.Length > MaxLength) return ($"The pattern {quoted} is longer than {MaxLength} characters.", "Write a shorter one.");
        if (pattern[0] == '/') return ($"The pattern {quoted} begins with a slash.", "Paths begin in the root of the repository: leave the slash out.");
        if (pattern[0] == '!') return ($"The pattern {quoted} begins with an exclamation mark.", "A pattern cannot be turned round: use include or exclude.");
        if (pattern.Contains('\\', StringComparison.Ordinal)) return ($"The pattern {quoted} has a backslash.", "Write / between folders; nothing needs escaping.");
        if (pattern.Contains('{', StringComparison.Ordinal)) return ($"The pattern {quoted} has a brace.", "Write one pattern for each alternative.");
        if (pattern.Any(char.IsControl)) return ($"The pattern {quoted} has a control character.", "Write ? in its place.");

        var names = (pattern.EndsWith('/') ? pattern[..^1] : pattern).Split('/');
        if (names.Contains("")) return ($"The pattern {quoted} has two slashes in a row.", "Write one.");
        if (names.Any(n => n is "." or "..")) return ($"The pattern {quoted} has a part . or .. in it.", "Write the path from the root of the repository.");
        return names.Any(n => n != "**" && n.Contains("**", StringComparison.Ordinal))
            ? ($"In the pattern {quoted} two stars are not a whole name.", "Write * for a part of a name, and ** between slashes for folders.")
            : null;
    }

    /// <summary>Whether it fits a path.</summary>
    /// <param name="path">From the root of the repository with <c>/</c>.</param>
    public bool IsMatch(string path)
    {
        var places = Begin;
        foreach (var c in path)
        {
            places = Advance(places, c);
            if (places == GlobPlaces.None) return false;
        }
        return IsEnd(places);
    }

    /// <inheritdoc/>
    public bool Equals(Glob? other) => other is not null && Pattern == other.Pattern;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Glob);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Pattern);

    /// <inheritdoc/>
    public override string ToString() => Pattern;

    /// <summary>The characters that it names one by one.</summary>
    internal IEnumerable<char> Characters => _named.Keys;

    /// <summary>A path that it fits: stars stand for <paramref name="other"/>, two stars for as few folders as can be.</summary>
    internal string Example(char other)
    {
        var names = (Pattern.EndsWith('/') ? Pattern + "**" : Pattern).Split('/');
        return string.Join('/', names.Where((name, i) => name != "**" || i == names.Length - 1)).Replace("**", "*", StringComparison.Ordinal).Replace('*', other).Replace('?', other);
    }

    /// <summary>Where matching begins.</summary>
    internal GlobPlaces Begin => WithoutInput(GlobPlaces.At(0));

    /// <summary>Whether what was read so far matches.</summary>
    internal bool IsEnd(GlobPlaces places) => (places & _end) != GlobPlaces.None;

    /// <summary>Whether what was read so far matches, and whatever follows will.</summary>
    internal bool TakesAll(GlobPlaces places) => (places & _everything) != GlobPlaces.None && IsEnd(places);

    /// <summary>Where matching stands after one more character; nowhere when nothing that follows can match.</summary>
    internal GlobPlaces Advance(GlobPlaces places, char c)
    {
        var next = (places & _named.GetValueOrDefault(c)).Next | (places & _everything) | (places & _everything).Next;
        if (c == '/') return WithoutInput(next | (places & _insideFolder).Previous);
        return WithoutInput(next | (places & (_anyCharacter | _folders)).Next | (places & (_anyName | _insideFolder)));
    }

    // A star may stand for nothing, and two stars for no folder.
    private GlobPlaces WithoutInput(GlobPlaces places)
    {
        while (true)
        {
            var more = places | (places & _anyName).Next | (places & _folders).Next.Next;
            if (more == places) return places;
            places = more;
        }
    }

    private static IEnumerable<Step> StepsOf(string pattern)
    {
        var names = pattern.Split('/');
        foreach (var (index, name) in names.Index())
        {
            var isLast = index == names.Length - 1;
            if (name == "**" && isLast)
            {
                yield return new Step(StepKind.Everything);
            }
            else if (name == "**")
            {
                yield return new Step(StepKind.Folders);
                yield return new Step(StepKind.InsideFolder);
            }
            else
            {
                foreach (var c in name) yield return c switch { '*' => new Step(StepKind.AnyName), '?' => new Step(StepKind.AnyCharacter), _ => new Step(StepKind.Character, c) };
                if (!isLast) yield return new Step(StepKind.Character, '/');
            }
        }
    }

    private readonly record struct Step(StepKind Kind, char Character = '\0');
}
