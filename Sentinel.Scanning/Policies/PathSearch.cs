namespace Sentinel.Scanning.Policies;

/// <summary>
/// Decides whether there is a path that fits some patterns and not others, by walking all of them at once from the shortest path on.
/// Characters that no pattern names are all alike, so that one stands for all of them and the answer is exact. The work is bounded over
/// all questions that one search is asked: whoever wrote the patterns may want it to take long.
/// </summary>
internal sealed class PathSearch
{
    // Far beyond what policies need: a second of work, 64 MB. What is not decided then is for the caller to take as the worse answer.
    private const int MaxSteps = 20_000_000;
    private const int MaxPlaces = 2_000_000;

    private int _steps;

    /// <summary>A short path that fits one pattern of each group and none of the others.</summary>
    /// <param name="groups">Of each group one pattern must fit; an empty group fits every path.</param>
    /// <param name="none">Patterns that must not fit.</param>
    public PathAnswer Find(IReadOnlyList<IReadOnlyList<Glob>> groups, IReadOnlyList<Glob> none)
    {
        if (groups.Any(g => g.Count > 0 && g.All(none.Contains))) return new PathAnswer(Decided: true, null);
        var all = groups.SelectMany(g => g).Concat(none).ToArray();
        var alphabet = AlphabetOf(all);
        return Guess(groups, none, alphabet[0]) is { } path ? new PathAnswer(Decided: true, path) : Walk(new Search(groups, none, all), alphabet, all.Length);
    }

    // What a pattern looks like when its stars stand for the character that no pattern names is nearly always an answer, if there is one.
    private string? Guess(IReadOnlyList<IReadOnlyList<Glob>> groups, IReadOnlyList<Glob> none, char other)
    {
        foreach (var path in groups.SelectMany(g => g).Select(g => g.Example(other)).Append(other.ToString()).OrderBy(p => p.Length))
        {
            _steps += path.Length;
            if (groups.All(g => g.Count == 0 || g.Any(p => p.IsMatch(path))) && !none.Any(p => p.IsMatch(path))) return path;
            if (_steps > MaxSteps) break;
        }
        return null;
    }

    private PathAnswer Walk(Search search, char[] alphabet, int patterns)
    {
        var start = new State(search.Begin(), EndsName: false);
        var seen = new HashSet<State>(search) { start };
        var open = new Queue<(State State, Trail? Trail)>([(start, null)]);
        while (open.TryDequeue(out var at))
        {
            if (at.State.EndsName && search.IsAnswer(at.State)) return new PathAnswer(Decided: true, at.Trail!.Text);
            if (at.Trail is not null && search.IsHopeless(at.State)) continue;
            foreach (var c in alphabet)
            {
                // No name is empty.
                if (c == '/' && !at.State.EndsName) continue;
                if ((_steps += patterns + 1) > MaxSteps || (long)seen.Count * patterns > MaxPlaces) return new PathAnswer(Decided: false, null);
                var next = new State(search.Advance(at.State, c), EndsName: c != '/');
                if (seen.Add(next)) open.Enqueue((next, new Trail(at.Trail, c)));
            }
        }
        return new PathAnswer(Decided: true, null);
    }

    private static char[] AlphabetOf(Glob[] patterns)
    {
        var named = patterns.SelectMany(p => p.Characters).Append('/').ToHashSet();
        var other = "abcdefghijklmnopqrstuvwxyz0123456789".Cast<char?>().FirstOrDefault(c => !named.Contains(c!.Value))
            ?? Enumerable.Range(0x100, char.MaxValue - 0x100).Select(i => (char)i).First(c => !named.Contains(c));
        return [other, .. named.Order()];
    }

    private sealed record Trail(Trail? Before, char Character)
    {
        public string Text
        {
            get
            {
                var characters = new Stack<char>();
                for (var at = this; at is not null; at = at.Before) characters.Push(at.Character);
                return string.Concat(characters);
            }
        }
    }

    // Where each pattern stands, and whether the path so far could be one: it ends with a name.
    private readonly record struct State(GlobPlaces[] Places, bool EndsName);

    private sealed class Search(IReadOnlyList<IReadOnlyList<Glob>> groups, IReadOnlyList<Glob> none, Glob[] all) : IEqualityComparer<State>
    {
        private readonly int _firstOfNone = all.Length - none.Count;

        public GlobPlaces[] Begin() => [.. all.Select(g => g.Begin)];

        public GlobPlaces[] Advance(State state, char c)
        {
            var next = new GlobPlaces[all.Length];
            for (var i = 0; i < next.Length; i++) next[i] = all[i].Advance(state.Places[i], c);
            return next;
        }

        public bool IsAnswer(State state) => Groups(state, (glob, places) => glob.IsEnd(places)) && !AnyOfNone(state, (glob, places) => glob.IsEnd(places));

        public bool IsHopeless(State state) => !Groups(state, (_, places) => places != GlobPlaces.None) || AnyOfNone(state, (glob, places) => glob.TakesAll(places));

        public bool Equals(State x, State y) => x.EndsName == y.EndsName && x.Places.AsSpan().SequenceEqual(y.Places);

        public int GetHashCode(State state)
        {
            var hash = new HashCode();
            hash.Add(state.EndsName);
            foreach (var places in state.Places) hash.Add(places);
            return hash.ToHashCode();
        }

        private bool Groups(State state, Func<Glob, GlobPlaces, bool> fits)
        {
            var at = 0;
            foreach (var group in groups)
            {
                var any = group.Count == 0;
                for (var i = 0; i < group.Count; i++, at++) any |= fits(all[at], state.Places[at]);
                if (!any) return false;
            }
            return true;
        }

        private bool AnyOfNone(State state, Func<Glob, GlobPlaces, bool> fits)
        {
            for (var i = _firstOfNone; i < all.Length; i++)
            {
                if (fits(all[i], state.Places[i])) return true;
            }
            return false;
        }
    }
}

/// <summary>What a search for a path found.</summary>
/// <param name="Decided">False when the patterns are too many to tell.</param>
/// <param name="Path">Null when there is none.</param>
internal readonly record struct PathAnswer(bool Decided, string? Path)
{
    /// <summary>Whether there is a path, or there may be one.</summary>
    public bool MayExist => !Decided || Path is not null;
}
