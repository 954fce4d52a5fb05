namespace Sentinel.Scanning.Secrets.Matching;

/// <summary>What a pattern can match, read from its text: how long, and of which characters.</summary>
/// <param name="MinLength">Fewest characters.</param>
/// <param name="MaxLength">Most characters; <see cref="Unbounded"/> when there is no bound.</param>
/// <param name="Characters">The characters (below 256) that any part of it can match.</param>
internal sealed record PatternShape(int MinLength, int MaxLength, IReadOnlySet<char> Characters)
{
    /// <summary>Stands for no bound.</summary>
    public const int Unbounded = 1_000_000;

    /// <summary>Reads a pattern that the regular expression engine has accepted; what it does not know counts as any character.</summary>
    public static PatternShape Of(string pattern)
    {
        var reader = new Reader(pattern);
        var (min, max) = reader.Alternatives();
        return new PatternShape(min, Math.Min(max, Unbounded), reader.Characters);
    }

    private sealed class Reader(string text)
    {
        private int _at;
        private bool _ignoreCase;

        public HashSet<char> Characters { get; } = [];

        public (int Min, int Max) Alternatives()
        {
            var (min, max) = Sequence();
            while (Peek() == '|')
            {
                _at++;
                var (otherMin, otherMax) = Sequence();
                (min, max) = (Math.Min(min, otherMin), Math.Max(max, otherMax));
            }
            return (min, max);
        }

        private (int Min, int Max) Sequence()
        {
            var (min, max) = (0, 0);
            while (_at < text.Length && Peek() is not ('|' or ')'))
            {
                var (itemMin, itemMax) = Atom();
                var (fewest, most) = Quantifier();
                min = (int)Math.Min(Unbounded, min + ((long)itemMin * fewest));
                max = (int)Math.Min(Unbounded, max + ((long)itemMax * most));
            }
            return (min, max);
        }

        private (int Min, int Max) Atom()
        {
            var c = text[_at++];
            switch (c)
            {
                case '^' or '$':
                    return (0, 0);
                case '(':
                    return Group();
                case '[':
                    Class();
                    return (1, 1);
                case '.':
                    Any();
                    return (1, 1);
                case '\\':
                    return Escape();
                default:
                    Add(c);
                    return (1, 1);
            }
        }

        private (int Min, int Max) Group()
        {
            var outer = _ignoreCase;
            if (Peek() == '?')
            {
                _at++;
                var flags = text.IndexOfAny([':', ')', '<', '\''], _at);
                if (flags < 0) return (0, Unbounded);
                if (text[flags] is '<' or '\'') flags = text.IndexOfAny(['>', '\''], flags + 1);
                else if (text[_at..flags].Contains('i', StringComparison.Ordinal)) _ignoreCase = !text[_at..flags].Contains("-i", StringComparison.Ordinal);
                _at = flags + 1;
                // (?i) holds to the end of the enclosing group.
                if (text[flags] == ')') return (0, 0);
            }
            var inner = Alternatives();
            if (Peek() == ')') _at++;
            _ignoreCase = outer;
            return inner;
        }

        private (int Fewest, int Most) Quantifier()
        {
            var (fewest, most) = (1, 1);
            switch (Peek())
            {
                case '*':
                    (fewest, most) = (0, Unbounded);
                    _at++;
                    break;
                case '+':
                    (fewest, most) = (1, Unbounded);
                    _at++;
                    break;
                case '?':
                    (fewest, most) = (0, 1);
                    _at++;
                    break;
                case '{' when text.IndexOf('}', _at) is > 0 and var end && Counts(text[(_at + 1)..end]) is { } counts:
                    (fewest, most) = counts;
                    _at = end + 1;
                    break;
                default:
                    return (1, 1);
            }
            if (Peek() is '?' or '+') _at++;
            return (fewest, most);
        }

        private static (int, int)? Counts(string range)
        {
            var parts = range.Split(',');
            if (!int.TryParse(parts[0], out var fewest)) return null;
            if (parts.Length == 1) return (fewest, fewest);
            return parts[1].Length == 0 ? (fewest, Unbounded) : int.TryParse(parts[1], out var most) ? (fewest, most) : null;
        }

        private (int Min, int Max) Escape()
        {
            if (_at >= text.Length) return (0, 0);
            var c = text[_at++];
            if (c is 'b' or 'B' or 'A' or 'z' or 'Z' or 'G') return (0, 0);
            foreach (var member in Escaped(c)) Add(member);
            return (1, 1);
        }

        private IEnumerable<char> Escaped(char c)
        {
            switch (c)
            {
                case 'd': return Range('0', '9');
                case 'w': return Range('0', '9').Concat(Range('a', 'z')).Concat(Range('A', 'Z')).Append('_');
                case 's': return " \t\r\n\f\v";
                case 'D' or 'W' or 'S' or 'p' or 'P':
                    if (c is 'p' or 'P' && text.IndexOf('}', _at) is > 0 and var close) _at = close + 1;
                    return Range('\0', '\u00FF');
                case 'n': return "\n";
                case 'r': return "\r";
                case 't': return "\t";
                case 'x' when _at + 2 <= text.Length && int.TryParse(text.AsSpan(_at, 2), System.Globalization.NumberStyles.HexNumber, null, out var code):
                    _at += 2;
                    return [(char)code];
                default: return [c];
            }
        }

        private void Class()
        {
            var members = new HashSet<char>();
            var negated = Peek() == '^';
            if (negated) _at++;
            var first = true;
            while (_at < text.Length && (text[_at] != ']' || first))
            {
                first = false;
                var c = text[_at++];
                if (c == '\\' && _at < text.Length)
                {
                    var escaped = Escaped(text[_at++]).ToArray();
                    members.UnionWith(escaped);
                    if (escaped.Length != 1) continue;
                    c = escaped[0];
                }
                if (Peek() == '-' && _at + 1 < text.Length && text[_at + 1] != ']')
                {
                    var high = text[_at + 1];
                    _at += 2;
                    if (high == '\\' && _at < text.Length) high = Escaped(text[_at++]).First();
                    members.UnionWith(Range(c, high));
                }
                else
                {
                    members.Add(c);
                }
            }
            _at++;
            foreach (var member in negated ? Range('\0', '\u00FF').Except(members) : members) Add(member);
        }

        private void Any() => Characters.UnionWith(Range('\0', '\u00FF').Where(c => c != '\n'));

        private void Add(char c)
        {
            Characters.Add(c);
            if (!_ignoreCase || !char.IsAsciiLetter(c)) return;
            Characters.Add((char)(c ^ 0x20));
        }

        private char Peek() => _at < text.Length ? text[_at] : '\0';

        private static IEnumerable<char> Range(char from, char to)
        {
            for (var c = (int)from; c <= to; c++) yield return (char)c;
        }
    }
}
