using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sentinel.Scanning.Secrets.Generic;

namespace Sentinel.Scanning.Secrets.Matching;

/// <summary>A literal to look for.</summary>
/// <param name="Text">ASCII, at least 3 characters; lower case unless <paramref name="ExactCase"/>.</param>
/// <param name="ExactCase">Whether only this very spelling counts; otherwise any case does.</param>
internal readonly record struct Literal(string Text, bool ExactCase);

/// <summary>A literal, ready to be put into an index.</summary>
/// <param name="Text">ASCII.</param>
/// <param name="Probe">Offset of the four bytes by which it is recognised; 0 for a literal of three.</param>
internal readonly record struct PreparedLiteral(ReadOnlyMemory<byte> Text, bool ExactCase, int Probe);

/// <summary>Told each place of a literal.</summary>
internal interface ILiteralSink
{
    /// <param name="literal">Number of the literal in the order in which it was given.</param>
    /// <param name="index">Index of its first byte.</param>
    void Hit(int literal, int index);
}

/// <summary>
/// Finds thousands of literals in one pass over bytes. From each literal its rarest four bytes are hashed into a bitmap that fits
/// the first-level cache; at every byte of the text one load, one multiplication and one bit decide that nothing begins here, which
/// is true almost everywhere. Literals of three bytes have a bitmap of their own. Cost does not grow with the number of literals.
/// </summary>
internal sealed class LiteralIndex
{
    private const int HashBits = 17;
    private const int SecondBits = 16;
    private const uint SecondMultiplier = 0x85EBCA6B;
    private const uint Multiplier = 0x9E3779B1;
    private const uint FoldMask = 0x20202020;
    private const int ProbeLength = 4;
    private const int ShortLength = 3;

    private readonly ulong[] _long = new ulong[(1 << HashBits) / 64];
    private readonly ulong[] _second = new ulong[(1 << SecondBits) / 64];
    private readonly ulong[] _short = new ulong[(1 << 15) / 64];
    private readonly bool _hasShort;
    private readonly ProbeTable _longEntries;
    private readonly ProbeTable _shortEntries;

    // All literals one behind the other: thousands of small arrays would cost more than looking for them does.
    private readonly byte[] _text;
    private readonly int[] _starts;
    private readonly bool[] _exact;

    /// <param name="literals">Any number, none empty.</param>
    /// <exception cref="ArgumentException">A literal is shorter than 3 characters or not ASCII.</exception>
    public LiteralIndex(IReadOnlyList<Literal> literals)
        : this([.. literals.Select(Prepare)])
    {
    }

    /// <param name="literals">Each with the offset of its rarest four bytes, as <see cref="Prepare"/> gives it.</param>
    internal LiteralIndex(PreparedLiteral[] literals)
    {
        _starts = new int[literals.Length + 1];
        for (var i = 0; i < literals.Length; i++) _starts[i + 1] = _starts[i] + literals[i].Text.Length;
        _text = new byte[_starts[^1]];
        _exact = new bool[literals.Length];
        var longs = new List<(uint Key, Entry Entry)>(literals.Length);
        var shorts = new List<(uint Key, Entry Entry)>();
        for (var i = 0; i < literals.Length; i++)
        {
            var bytes = literals[i].Text.Span;
            bytes.CopyTo(_text.AsSpan(_starts[i]));
            _exact[i] = literals[i].ExactCase;
            if (bytes.Length == ShortLength) shorts.Add((Fold(bytes[0], bytes[1], bytes[2], 0), new Entry(i, 0)));
            else longs.Add((ProbeAt(bytes, literals[i].Probe), new Entry(i, literals[i].Probe)));
        }
        _longEntries = new ProbeTable(longs);
        _shortEntries = new ProbeTable(shorts);
        foreach (var (key, _) in longs)
        {
            Set(_long, Hash(key));
            Set(_second, SecondHash(key));
        }
        foreach (var (key, _) in shorts) Set(_short, ShortHash(key));
        _hasShort = shorts.Count > 0;
    }

    /// <summary>A literal with the place of the four bytes that ordinary source holds least often.</summary>
    /// <exception cref="ArgumentException">It is shorter than 3 characters or not ASCII.</exception>
    public static PreparedLiteral Prepare(Literal literal)
    {
        if (literal.Text.Length < ShortLength || literal.Text.Any(c => c > 127))
            throw new ArgumentException($"'{literal.Text}' cannot be looked for: at least {ShortLength} ASCII characters are needed.", nameof(literal));
        var best = 0;
        var bestCost = double.MinValue;
        for (var offset = 0; offset <= literal.Text.Length - ProbeLength; offset++)
        {
            var cost = TokenRarity.Instance.BitsPerCharacter(literal.Text.AsSpan(offset, ProbeLength));
            if (cost > bestCost) (best, bestCost) = (offset, cost);
        }
        return new PreparedLiteral(System.Text.Encoding.ASCII.GetBytes(literal.Text), literal.ExactCase, best);
    }

    /// <summary>A literal by its number.</summary>
    public string TextOf(int literal) => System.Text.Encoding.ASCII.GetString(BytesOf(literal));

    /// <summary>Bytes of a literal.</summary>
    public int LengthOf(int literal) => _starts[literal + 1] - _starts[literal];

    private ReadOnlySpan<byte> BytesOf(int literal) => _text.AsSpan(_starts[literal], LengthOf(literal));

    /// <summary>Tells the sink of every place of every literal, in no particular order among literals that overlap.</summary>
    public void Scan<TSink>(ReadOnlySpan<byte> text, ref TSink sink)
        where TSink : struct, ILiteralSink, allows ref struct
    {
        ref var start = ref MemoryMarshal.GetReference(text);
        ref var longBits = ref MemoryMarshal.GetArrayDataReference(_long);
        ref var shortBits = ref MemoryMarshal.GetArrayDataReference(_short);
        var last = text.Length - sizeof(ulong);
        var i = 0;
        for (; i <= last; i += 4)
        {
            // Four probes of four bytes lie in seven bytes: one load serves them all.
            var block = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, i)) | 0x2020202020202020;
            var any = Test(ref longBits, Hash((uint)block)) | (Test(ref longBits, Hash((uint)(block >> 8))) << 1)
                | (Test(ref longBits, Hash((uint)(block >> 16))) << 2) | (Test(ref longBits, Hash((uint)(block >> 24))) << 3);
            if (_hasShort)
            {
                any |= (Test(ref shortBits, ShortHash((uint)block)) << 4) | (Test(ref shortBits, ShortHash((uint)(block >> 8))) << 5)
                    | (Test(ref shortBits, ShortHash((uint)(block >> 16))) << 6) | (Test(ref shortBits, ShortHash((uint)(block >> 24))) << 7);
            }
            for (; any != 0; any &= any - 1)
            {
                var bit = BitOperations.TrailingZeroCount(any);
                var probe = (uint)(block >> (8 * (bit & 3)));
                // One bit in twenty is set by chance; a second opinion leaves one in two hundred.
                if (bit < 4)
                {
                    if (Test(ref MemoryMarshal.GetArrayDataReference(_second), SecondHash(probe)) != 0) Verify(_longEntries, probe, text, i + bit, ref sink);
                }
                else Verify(_shortEntries, probe & 0xFFFFFF, text, i + (bit & 3), ref sink);
            }
        }
        for (; i <= text.Length - ShortLength; i++)
        {
            if (i <= text.Length - ProbeLength) Verify(_longEntries, Fold(text[i], text[i + 1], text[i + 2], text[i + 3]), text, i, ref sink);
            if (_hasShort) Verify(_shortEntries, Fold(text[i], text[i + 1], text[i + 2], 0) & 0xFFFFFF, text, i, ref sink);
        }
    }

    private void Verify<TSink>(ProbeTable entries, uint probe, ReadOnlySpan<byte> text, int at, ref TSink sink)
        where TSink : struct, ILiteralSink, allows ref struct
    {
        foreach (var (id, offset) in entries.Of(probe))
        {
            var literal = BytesOf(id);
            var index = at - offset;
            if (index < 0 || index > text.Length - literal.Length) continue;
            var span = text.Slice(index, literal.Length);
            if (_exact[id] ? span.SequenceEqual(literal) : System.Text.Ascii.EqualsIgnoreCase(span, literal)) sink.Hit(id, index);
        }
    }

    private static uint ProbeAt(ReadOnlySpan<byte> literal, int offset) => Fold(literal[offset], literal[offset + 1], literal[offset + 2], literal[offset + 3]);

    private static uint Fold(byte a, byte b, byte c, byte d) => ((uint)a | ((uint)b << 8) | ((uint)c << 16) | ((uint)d << 24)) | (d == 0 ? FoldMask >> 8 : FoldMask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(uint probe) => (probe * Multiplier) >> (32 - HashBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint SecondHash(uint probe) => (probe * SecondMultiplier) >> (32 - SecondBits);

    // Five bits of each of the three bytes tell letters apart.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint ShortHash(uint probe) => (probe & 0x1F) | ((probe >> 3) & 0x3E0) | ((probe >> 6) & 0x7C00);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Test(ref ulong bits, uint hash) => (uint)(Unsafe.Add(ref bits, (nint)(hash >> 6)) >> (int)(hash & 63)) & 1;

    private static void Set(ulong[] bits, uint hash) => bits[hash >> 6] |= 1UL << (int)(hash & 63);

    private readonly record struct Entry(int Literal, int Offset);

    /// <summary>Literals by their probe; open addressing over flat arrays.</summary>
    private sealed class ProbeTable
    {
        private readonly int _shift;
        private readonly uint[] _keys;
        private readonly int[] _ends;
        private readonly int[] _begins;
        private readonly Entry[] _entries;

        public ProbeTable(List<(uint Key, Entry Entry)> entries)
        {
            // The order among equals is the order of the literals: hits must not depend on the sort.
            entries.Sort((a, b) => a.Key != b.Key ? a.Key.CompareTo(b.Key) : a.Entry.Literal.CompareTo(b.Entry.Literal));
            var bits = Math.Max(4, BitOperations.Log2((uint)Math.Max(1, entries.Count)) + 2);
            _shift = 32 - bits;
            (_keys, _begins, _ends) = (new uint[1 << bits], new int[1 << bits], new int[1 << bits]);
            _entries = [.. entries.Select(e => e.Entry)];
            for (var i = 0; i < entries.Count;)
            {
                var begin = i;
                while (i < entries.Count && entries[i].Key == entries[begin].Key) i++;
                var slot = SlotOf(entries[begin].Key);
                (_keys[slot], _begins[slot], _ends[slot]) = (entries[begin].Key, begin, i);
            }
        }

        public ReadOnlySpan<Entry> Of(uint key)
        {
            var slot = SlotOf(key);
            return _entries.AsSpan(_begins[slot], _ends[slot] - _begins[slot]);
        }

        // The slot of a key, or the empty one in which it would be: an empty one has no entries.
        private int SlotOf(uint key)
        {
            var slot = (int)((key * Multiplier) >> _shift);
            while (_ends[slot] > 0 && _keys[slot] != key) slot = (slot + 1) & (_keys.Length - 1);
            return slot;
        }
    }
}
