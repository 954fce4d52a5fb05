namespace Sentinel.Scanning.Secrets.Matching;

/// <summary>
/// A regular expression over bytes that is made in microseconds and keeps nothing but itself. It finds what .NET's linear-time engine
/// finds (leftmost, and of those what a backtracking engine would take first), but where that engine prepares for long texts, this one
/// is for the short windows around keywords: a scan meets hundreds of patterns and few bytes for each.
/// </summary>
/// <remarks>
/// A virtual machine that walks all threads of the pattern side by side, so its time is at most bytes times instructions:
/// R. Cox, "Regular Expression Matching: the Virtual Machine Approach", https://swtch.com/~rsc/regexp/regexp2.html.
/// A byte of 0x80 and above is no letter, digit or blank: see <see cref="ByteText"/>.
/// </remarks>
internal sealed class BytePattern
{
    private readonly Instruction[] _program;
    private readonly bool[][] _sets;
    private readonly bool[]? _first;
    private readonly int _slots;

    internal BytePattern(Instruction[] program, bool[][] sets, int groups)
    {
        (_program, _sets, Groups, _slots) = (program, sets, groups, 2 * (groups + 1));
        _first = FirstBytes();
    }

    /// <summary>Number of capturing groups, the whole match not counted.</summary>
    public int Groups { get; }

    /// <summary>Reads a pattern; null for one that uses what this machine does not have, such as a named group.</summary>
    public static BytePattern? TryCreate(string pattern) => BytePatternCompiler.Compile(pattern);

    /// <summary>Whether the whole text matches.</summary>
    public bool IsFull(ReadOnlySpan<byte> text)
    {
        Span<int> slots = stackalloc int[_slots];
        return Run(text, 0, isAnchored: true, mustEnd: true, slots);
    }

    /// <summary>The first match at or behind a place.</summary>
    /// <param name="slots">Gets start and end of the match and then of each group; -1 for a group that took no part. Holds 2 for each and 2 for the match.</param>
    public bool Find(ReadOnlySpan<byte> text, int from, Span<int> slots) => Run(text, from, isAnchored: false, mustEnd: false, slots);

    private bool Run(ReadOnlySpan<byte> text, int from, bool isAnchored, bool mustEnd, Span<int> found)
    {
        var scratch = Scratch.For(_program.Length, _slots);
        var (current, next) = (scratch.First, scratch.Second);
        current.Clear();
        next.Clear();
        var isFound = false;
        Span<int> start = stackalloc int[_slots];
        for (var at = from; ; at++)
        {
            if (!isFound && (!isAnchored || at == from))
            {
                if (current.Count == 0 && _first is { } first && !isAnchored)
                {
                    while (at < text.Length && !first[text[at]]) at++;
                    if (at >= text.Length) return false;
                    // What was ruled out at an earlier place may hold here.
                    current.Clear();
                }
                start.Fill(-1);
                start[0] = at;
                Add(current, scratch, 0, text, at, start);
            }
            if (current.Count == 0)
            {
                if (isFound || isAnchored || at >= text.Length) return isFound;
                current.Clear();
                continue;
            }

            for (var i = 0; i < current.Count; i++)
            {
                var pc = current.Pcs[i];
                ref readonly var instruction = ref _program[pc];
                if (instruction.Op == Op.Match)
                {
                    if (mustEnd && at < text.Length) continue;
                    current.Slots(pc, _slots).CopyTo(found);
                    found[1] = at;
                    isFound = true;
                    // Whoever comes later would have been tried later.
                    break;
                }
                if (at < text.Length && _sets[instruction.X][text[at]]) Add(next, scratch, pc + 1, text, at + 1, current.Slots(pc, _slots));
            }
            if (at >= text.Length) return isFound;
            (current, next) = (next, current);
            next.Clear();
        }
    }

    // Follows what takes no byte. The stack holds, in the order in which they are tried, places to go on from and slots to put back.
    private void Add(ThreadList list, Scratch scratch, int first, ReadOnlySpan<byte> text, int at, Span<int> slots)
    {
        var stack = scratch.Stack;
        var depth = 0;
        stack[depth++] = (first, -1);
        Span<int> own = stackalloc int[slots.Length];
        slots.CopyTo(own);
        while (depth > 0)
        {
            var (pc, value) = stack[--depth];
            if (pc < 0)
            {
                own[~pc] = value;
                continue;
            }
            while (list.TryAdd(pc))
            {
                ref readonly var instruction = ref _program[pc];
                switch (instruction.Op)
                {
                    case Op.Jump:
                        pc = instruction.X;
                        continue;
                    case Op.Split:
                        stack[depth++] = (instruction.Y, -1);
                        pc = instruction.X;
                        continue;
                    case Op.Save:
                        stack[depth++] = (~instruction.X, own[instruction.X]);
                        own[instruction.X] = at;
                        pc++;
                        continue;
                    case Op.Set or Op.Match:
                        list.Append(pc);
                        own.CopyTo(list.Slots(pc, _slots));
                        break;
                    default:
                        if (!Holds(instruction.Op, text, at)) break;
                        pc++;
                        continue;
                }
                break;
            }
        }
    }

    private static bool Holds(Op assertion, ReadOnlySpan<byte> text, int at) => assertion switch
    {
        Op.Start => at == 0,
        Op.End => at == text.Length || (at == text.Length - 1 && text[at] == '\n'),
        Op.VeryEnd => at == text.Length,
        Op.WordBoundary => IsWord(text, at - 1) != IsWord(text, at),
        _ => IsWord(text, at - 1) == IsWord(text, at),
    };

    private static bool IsWord(ReadOnlySpan<byte> text, int at) => at >= 0 && at < text.Length && (char.IsAsciiLetterOrDigit((char)text[at]) || text[at] == '_');

    // What a match can begin with; null when it may be empty. Assertions are taken to hold.
    private bool[]? FirstBytes()
    {
        var first = new bool[256];
        var seen = new bool[_program.Length];
        var stack = new Stack<int>([0]);
        while (stack.TryPop(out var pc))
        {
            if (seen[pc]) continue;
            seen[pc] = true;
            var instruction = _program[pc];
            switch (instruction.Op)
            {
                case Op.Match:
                    return null;
                case Op.Set:
                    for (var i = 0; i < first.Length; i++) first[i] |= _sets[instruction.X][i];
                    break;
                case Op.Jump:
                    stack.Push(instruction.X);
                    break;
                case Op.Split:
                    stack.Push(instruction.X);
                    stack.Push(instruction.Y);
                    break;
                default:
                    stack.Push(pc + 1);
                    break;
            }
        }
        return first;
    }

    internal enum Op : byte { Set, Split, Jump, Save, Start, End, VeryEnd, WordBoundary, NoWordBoundary, Match }

    /// <param name="X">Of a set: its number; of a jump and a split: where to go (first); of a save: the slot.</param>
    /// <param name="Y">Of a split: where to go second.</param>
    internal readonly record struct Instruction(Op Op, int X = 0, int Y = 0);

    /// <summary>The threads at one place, in the order in which a backtracking engine would try them; each instruction once.</summary>
    private sealed class ThreadList
    {
        private int[] _slots = [];
        private int[] _mark = [];
        private int _generation;

        public int[] Pcs { get; private set; } = [];

        public int Count { get; private set; }

        public void Fit(int instructions, int slots)
        {
            if (_mark.Length < instructions) (_mark, Pcs) = (new int[instructions], new int[instructions]);
            if (_slots.Length < instructions * slots) _slots = new int[instructions * slots];
        }

        public void Clear()
        {
            Count = 0;
            if (++_generation == int.MaxValue)
            {
                _mark.AsSpan().Clear();
                _generation = 1;
            }
        }

        public bool TryAdd(int pc)
        {
            if (_mark[pc] == _generation) return false;
            _mark[pc] = _generation;
            return true;
        }

        public void Append(int pc) => Pcs[Count++] = pc;

        public Span<int> Slots(int pc, int slots) => _slots.AsSpan(pc * slots, slots);
    }

    private sealed class Scratch
    {
        [ThreadStatic]
        private static Scratch? s_own;

        public ThreadList First { get; } = new();

        public ThreadList Second { get; } = new();

        public (int Pc, int Value)[] Stack { get; private set; } = [];

        public static Scratch For(int instructions, int slots)
        {
            var scratch = s_own ??= new Scratch();
            scratch.First.Fit(instructions, slots);
            scratch.Second.Fit(instructions, slots);
            // Each instruction is followed once, and leaves at most one entry behind.
            if (scratch.Stack.Length < instructions + 1) scratch.Stack = new (int, int)[instructions + 1];
            return scratch;
        }
    }
}
