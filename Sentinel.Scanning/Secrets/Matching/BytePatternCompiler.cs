using System.Globalization;
using static Sentinel.Scanning.Secrets.Matching.BytePattern;

namespace Sentinel.Scanning.Secrets.Matching;

/// <summary>
/// Reads the part of .NET's pattern language that secrets are described in
/// (https://learn.microsoft.com/dotnet/standard/base-types/regular-expression-language-quick-reference) and writes it as a program.
/// </summary>
internal ref struct BytePatternCompiler
{
    // A pattern of "{100,1200}" takes as many instructions.
    private const int MaxInstructions = 16_384;
    private const int MaxGroups = 8;
    private const int MaxDepth = 32;

    private readonly string _pattern;
    private readonly List<Instruction> _program;
    private readonly List<bool[]> _sets;
    private readonly Dictionary<string, int> _numbers;
    private int _at;
    private int _groups;
    private int _depth;
    private bool _ignoreCase;
    private bool _isUnknown;

    private BytePatternCompiler(string pattern)
    {
        _pattern = pattern;
        _program = [];
        _sets = [];
        _numbers = new(StringComparer.Ordinal);
    }

    public static BytePattern? Compile(string pattern)
    {
        foreach (var c in pattern)
        {
            if (c > 127) return null;
        }
        var compiler = new BytePatternCompiler(pattern);
        compiler.Alternatives();
        if (compiler._isUnknown || compiler._at < pattern.Length) return null;
        compiler._program.Add(new Instruction(Op.Match));
        return new BytePattern([.. compiler._program], [.. compiler._sets], compiler._groups);
    }

    private readonly bool IsEnd => _at >= _pattern.Length;

    private readonly char Next => _pattern[_at];

    private readonly bool Follows(string text) => string.CompareOrdinal(_pattern, _at, text, 0, text.Length) == 0;

    // a|b|c: the first is tried first.
    private void Alternatives()
    {
        if (++_depth > MaxDepth) _isUnknown = true;
        var begin = _program.Count;
        var ends = new List<int>();
        // Options set inside a group hold to its end.
        var ignoreCase = _ignoreCase;
        while (!_isUnknown)
        {
            begin = _program.Count;
            Sequence();
            if (IsEnd || Next != '|') break;
            _at++;
            Insert(begin, new Instruction(Op.Split, begin + 1, _program.Count + 2));
            ends.Add(_program.Count);
            _program.Add(default);
        }
        foreach (var end in ends) _program[end] = new Instruction(Op.Jump, _program.Count);
        _ignoreCase = ignoreCase;
        _depth--;
    }

    private void Sequence()
    {
        while (!_isUnknown && !IsEnd && Next is not ('|' or ')')) Quantified();
    }

    private void Quantified()
    {
        var begin = _program.Count;
        var firstGroup = _groups;
        Atom();
        if (_isUnknown || IsEnd) return;
        var quantifier = Next;
        if (quantifier is not ('*' or '+' or '?' or '{')) return;
        var (least, most) = quantifier switch { '*' => (0, -1), '+' => (1, -1), '?' => (0, 1), _ => Braces() };
        if (_isUnknown) return;
        if (quantifier != '{') _at++;
        var isLazy = !IsEnd && Next == '?';
        if (isLazy) _at++;
        // a** is no pattern, and what a possessive one means is another engine's.
        if (!IsEnd && Next is '*' or '+' or '?') _isUnknown = true;
        var body = _program.GetRange(begin, _program.Count - begin);
        _program.RemoveRange(begin, body.Count);
        // What a group held in an earlier turn is forgotten or not, by rules that no secret needs.
        if ((long)body.Count * Math.Max(1, Math.Max(least, most)) > MaxInstructions || (_groups > firstGroup && (least, most) != (0, 1) && (least, most) != (1, 1))) _isUnknown = true;
        if (!_isUnknown) Repeat(body, begin, least, most, isLazy);
    }

    private readonly void Repeat(List<Instruction> body, int origin, int least, int most, bool isLazy)
    {
        for (var i = 0; i < least; i++) Append(body, origin);
        if (most < 0)
        {
            // L: split body, out; body; jump L
            var loop = _program.Count;
            _program.Add(default);
            Append(body, origin);
            _program.Add(new Instruction(Op.Jump, loop));
            _program[loop] = Split(loop + 1, _program.Count, isLazy);
            return;
        }
        var splits = new List<int>();
        for (var i = least; i < most; i++)
        {
            splits.Add(_program.Count);
            _program.Add(default);
            Append(body, origin);
        }
        foreach (var split in splits) _program[split] = Split(split + 1, _program.Count, isLazy);
    }

    private static Instruction Split(int body, int after, bool isLazy) => isLazy ? new Instruction(Op.Split, after, body) : new Instruction(Op.Split, body, after);

    private readonly void Append(List<Instruction> body, int origin)
    {
        var shift = _program.Count - origin;
        foreach (var instruction in body)
        {
            _program.Add(instruction.Op switch
            {
                Op.Jump => instruction with { X = instruction.X + shift },
                Op.Split => instruction with { X = instruction.X + shift, Y = instruction.Y + shift },
                _ => instruction,
            });
        }
    }

    private readonly void Insert(int at, Instruction instruction)
    {
        for (var i = at; i < _program.Count; i++)
        {
            var moved = _program[i];
            if (moved.Op is Op.Jump or Op.Split) _program[i] = moved with { X = moved.X + 1, Y = moved.Op == Op.Split ? moved.Y + 1 : 0 };
        }
        _program.Insert(at, instruction);
    }

    // {n}, {n,}, {n,m}; (-1, -1) when the brace stands for itself.
    private (int Least, int Most) Braces()
    {
        var close = _pattern.IndexOf('}', _at);
        if (close < 0) return Unknown();
        var parts = _pattern[(_at + 1)..close].Split(',');
        if (parts.Length > 2 || !TryNumber(parts[0], out var least)) return Unknown();
        var most = least;
        if (parts.Length == 2 && parts[1].Length == 0) most = -1;
        else if (parts.Length == 2 && !TryNumber(parts[1], out most)) return Unknown();
        if (most >= 0 && most < least) return Unknown();
        _at = close + 1;
        return (least, most);
    }

    // A brace that is no quantifier is rare enough to be left to the other engine.
    private (int, int) Unknown()
    {
        _isUnknown = true;
        return (-1, -1);
    }

    private static bool TryNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= MaxInstructions;

    private void Atom()
    {
        switch (Next)
        {
            case '(':
                Group();
                break;
            case '[':
                _at++;
                Emit(Class());
                break;
            case '.':
                _at++;
                Emit(ByteSet.Of(b => b != '\n'));
                break;
            case '^':
                _at++;
                _program.Add(new Instruction(Op.Start));
                break;
            case '$':
                _at++;
                _program.Add(new Instruction(Op.End));
                break;
            case '\\':
                Escape();
                break;
            case '*' or '+' or '?' or '{' or ')':
                _isUnknown = true;
                break;
            default:
                Emit(ByteSet.Single(Next, _ignoreCase));
                _at++;
                break;
        }
    }

    private void Group()
    {
        _at++;
        var ignoreCase = _ignoreCase;
        var number = -1;
        if (!IsEnd && Next == '?')
        {
            if (Follows("?i)") || Follows("?-i)"))
            {
                _ignoreCase = Follows("?i)");
                _at += _ignoreCase ? 3 : 4;
                return;
            }
            if (Follows("?i:")) (_ignoreCase, _at) = (true, _at + 3);
            else if (Follows("?-i:")) (_ignoreCase, _at) = (false, _at + 4);
            else if (Follows("?:")) _at += 2;
            else _isUnknown = true;
        }
        else
        {
            number = ++_groups;
            if (number > MaxGroups) _isUnknown = true;
            _program.Add(new Instruction(Op.Save, 2 * number));
        }
        if (_isUnknown) return;
        Alternatives();
        if (IsEnd || Next != ')')
        {
            _isUnknown = true;
            return;
        }
        _at++;
        _ignoreCase = ignoreCase;
        if (number > 0) _program.Add(new Instruction(Op.Save, (2 * number) + 1));
    }

    private void Escape()
    {
        _at++;
        if (IsEnd)
        {
            _isUnknown = true;
            return;
        }
        var assertion = Next switch { 'b' => Op.WordBoundary, 'B' => Op.NoWordBoundary, 'A' => Op.Start, 'z' => Op.VeryEnd, 'Z' => Op.End, _ => Op.Match };
        if (assertion != Op.Match)
        {
            _at++;
            _program.Add(new Instruction(assertion));
            return;
        }
        if (Shorthand() is { } set) Emit(set);
        else if (Character() is { } c) Emit(ByteSet.Single(c, _ignoreCase));
        else _isUnknown = true;
    }

    // \d \w \s and their opposites; the backslash was read.
    private bool[]? Shorthand()
    {
        var set = ByteSet.Shorthand(Next);
        if (set is not null) _at++;
        return set;
    }

    // An escaped character; null for what is none or is not known here. The backslash was read.
    private char? Character()
    {
        var c = Next;
        _at++;
        switch (c)
        {
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'f': return '\f';
            case 'v': return '\v';
            case 'x' when _at + 2 <= _pattern.Length && byte.TryParse(_pattern.AsSpan(_at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && value < 128:
                _at += 2;
                return (char)value;
            default:
                return char.IsAsciiLetterOrDigit(c) ? null : c;
        }
    }

    private bool[] Class()
    {
        var set = new bool[256];
        var isNegated = !IsEnd && Next == '^';
        if (isNegated) _at++;
        for (var isFirst = true; ; isFirst = false)
        {
            if (IsEnd)
            {
                _isUnknown = true;
                return set;
            }
            if (Next == ']' && !isFirst) break;
            // A class within a class is a subtraction.
            if (Next == '[' && _at > 0 && _pattern[_at - 1] == '-') _isUnknown = true;
            if (Member(set) is not { } low) continue;
            if (_at + 1 < _pattern.Length && Next == '-' && _pattern[_at + 1] != ']')
            {
                _at++;
                if (Next == '[' || Member(null) is not { } high || high < low)
                {
                    _isUnknown = true;
                    return set;
                }
                for (var c = low; c <= high; c++) ByteSet.Put(set, c, _ignoreCase);
            }
            else
            {
                ByteSet.Put(set, low, _ignoreCase);
            }
        }
        _at++;
        if (isNegated)
        {
            for (var i = 0; i < set.Length; i++) set[i] = !set[i];
        }
        return set;
    }

    // One member of a class: a character, or null when it was a shorthand, which is put into the set.
    private char? Member(bool[]? set)
    {
        if (Next != '\\') return _pattern[_at++];
        _at++;
        if (IsEnd)
        {
            _isUnknown = true;
            return null;
        }
        if (set is not null && Shorthand() is { } shorthand)
        {
            for (var i = 0; i < set.Length; i++) set[i] |= shorthand[i];
            return null;
        }
        // In a class \b is a backspace.
        if (Next == 'b' || Character() is not { } c)
        {
            _isUnknown = true;
            return null;
        }
        return c;
    }

    // Equal sets are kept once: a pattern of a thousand digits has one.
    private readonly void Emit(bool[] set)
    {
        var key = ByteSet.KeyOf(set);
        if (!_numbers.TryGetValue(key, out var number))
        {
            number = _sets.Count;
            _sets.Add(set);
            _numbers.Add(key, number);
        }
        _program.Add(new Instruction(Op.Set, number));
    }
}
