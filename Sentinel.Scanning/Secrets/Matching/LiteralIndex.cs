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
    private const uint Multiplier = 0x9E3779B1;
    private const uint FoldMask = 0x20202020;
    private const int ProbeLength = 4;
    private const int ShortLength = 3;

    private readonly ulong[] _long = new ulong[(1 << HashBits) / 64];
    private readonly ulong[] _short = new ulong[(1 << 15) / 64];
    private readonly bool _hasShort;
    private readonly Dictionary<uint, Entry[]> _longEntries;
    private readonly Dictionary<uint, Entry[]> _shortEntries;
    private readonly byte[][] _literals;
    private readonly bool[] _exact;

    /// <param name="literals">Any number, none empty.</param>
    /// <exception cref="ArgumentException">A literal is shorter than 3 characters or not ASCII.</exception>
    public LiteralIndex(IReadOnlyList<Literal> literals)
    {
        if (literals.FirstOrDefault(l => l.Text.Length < ShortLength || l.Text.Any(c => c > 127)) is { Text: not null } bad)
            throw new ArgumentException($"'{bad.Text}' cannot be looked for: at least {ShortLength} ASCII characters are needed.", nameof(literals));

        _literals = [.. literals.Select(l => l.Text.Select(c => (byte)c).ToArray())];
        _exact = [.. literals.Select(l => l.ExactCase)];
        var entries = _literals.Select((bytes, id) => bytes.Length == ShortLength
            ? (IsShort: true, Key: Fold(bytes[0], bytes[1], bytes[2], 0), Entry: new Entry(id, 0))
            : Probe(bytes, id)).ToArray();
        _longEntries = Group(entries.Where(e => !e.IsShort));
        _shortEntries = Group(entries.Where(e => e.IsShort));
        foreach (var key in _longEntries.Keys) Set(_long, Hash(key));
        foreach (var key in _shortEntries.Keys) Set(_short, ShortHash(key));
        _hasShort = _shortEntries.Count > 0;
    }

    /// <summary>A literal by its number.</summary>
    public string TextOf(int literal) => System.Text.Encoding.ASCII.GetString(_literals[literal]);

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
                if (bit < 4) Verify(_longEntries, probe, text, i + bit, ref sink);
                else Verify(_shortEntries, probe & 0xFFFFFF, text, i + (bit & 3), ref sink);
            }
        }
        for (; i <= text.Length - ShortLength; i++)
        {
            if (i <= text.Length - ProbeLength) Verify(_longEntries, Fold(text[i], text[i + 1], text[i + 2], text[i + 3]), text, i, ref sink);
            if (_hasShort) Verify(_shortEntries, Fold(text[i], text[i + 1], text[i + 2], 0) & 0xFFFFFF, text, i, ref sink);
        }
    }

    private void Verify<TSink>(Dictionary<uint, Entry[]> entries, uint probe, ReadOnlySpan<byte> text, int at, ref TSink sink)
        where TSink : struct, ILiteralSink, allows ref struct
    {
        if (!entries.TryGetValue(probe, out var candidates)) return;
        foreach (var (id, offset) in candidates)
        {
            var literal = _literals[id];
            var index = at - offset;
            if (index < 0 || index > text.Length - literal.Length) continue;
            var span = text.Slice(index, literal.Length);
            if (_exact[id] ? span.SequenceEqual(literal) : System.Text.Ascii.EqualsIgnoreCase(span, literal)) sink.Hit(id, index);
        }
    }

    // The four bytes that ordinary source holds least often.
    private static (bool IsShort, uint Key, Entry Entry) Probe(byte[] literal, int id)
    {
        var best = 0;
        var bestCost = double.MinValue;
        Span<char> characters = stackalloc char[ProbeLength];
        for (var offset = 0; offset <= literal.Length - ProbeLength; offset++)
        {
            for (var i = 0; i < ProbeLength; i++) characters[i] = (char)literal[offset + i];
            var cost = TokenRarity.Instance.BitsPerCharacter(characters);
            if (cost > bestCost) (best, bestCost) = (offset, cost);
        }
        return (false, Fold(literal[best], literal[best + 1], literal[best + 2], literal[best + 3]), new Entry(id, best));
    }

    private static Dictionary<uint, Entry[]> Group(IEnumerable<(bool IsShort, uint Key, Entry Entry)> entries) =>
        entries.GroupBy(e => e.Key).ToDictionary(g => g.Key, g => g.Select(e => e.Entry).ToArray());

    private static uint Fold(byte a, byte b, byte c, byte d) => ((uint)a | ((uint)b << 8) | ((uint)c << 16) | ((uint)d << 24)) | (d == 0 ? FoldMask >> 8 : FoldMask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(uint probe) => (probe * Multiplier) >> (32 - HashBits);

    // Five bits of each of the three bytes tell letters apart.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint ShortHash(uint probe) => (probe & 0x1F) | ((probe >> 3) & 0x3E0) | ((probe >> 6) & 0x7C00);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Test(ref ulong bits, uint hash) => (uint)(Unsafe.Add(ref bits, (nint)(hash >> 6)) >> (int)(hash & 63)) & 1;

    private static void Set(ulong[] bits, uint hash) => bits[hash >> 6] |= 1UL << (int)(hash & 63);

    private readonly record struct Entry(int Literal, int Offset);
}
