using System.Buffers.Binary;
using System.Text;
using Sentinel.Scanning.Secrets.Generic;
using Sentinel.Scanning.Secrets.Matching;

namespace Sentinel.Scanning.Secrets;

/// <summary>
/// The literals of all rules, and which rules each calls up. Of the rules that come with Sentinel it is made when they are changed
/// and kept as a file, so that a scan of one file starts in milliseconds.
/// </summary>
/// <remarks>
/// The file, all numbers little-endian: number of literals (4); then each literal: its length (1), flags (1: exact case, 2: name),
/// offset of its probe (1), its bytes, number of rules (2), the rules (2 each); then the number of rules without a literal (2) and these (2 each).
/// </remarks>
internal sealed class SecretRuleIndex
{
    private const byte ExactCaseFlag = 1;
    private const byte NameFlag = 2;

    private readonly PreparedLiteral[] _literals;

    private SecretRuleIndex(PreparedLiteral[] literals, bool[] isName, short[][] rulesOf, short[] unkeyed)
    {
        _literals = literals;
        (IsName, RulesOf, Unkeyed) = (isName, rulesOf, unkeyed);
        Literals = new LiteralIndex(literals);
    }

    public LiteralIndex Literals { get; }

    /// <summary>By number of the literal: whether it is a name that counts only as a word of its own, and not inside another.</summary>
    public bool[] IsName { get; }

    /// <summary>By number of the literal: the rules it calls up. A negative number stands for a rule that is code.</summary>
    public short[][] RulesOf { get; }

    /// <summary>Rules without a keyword; they look at every text whole.</summary>
    public short[] Unkeyed { get; }

    public static SecretRuleIndex Of(IReadOnlyList<SecretRule> rules, bool withGeneric)
    {
        var byLiteral = new Dictionary<Literal, List<short>>();
        for (var i = 0; i < rules.Count; i++)
        {
            foreach (var keyword in rules[i].Data.Keywords) Add(SpellingOf(rules[i].Data, keyword), checked((short)i));
        }
        if (withGeneric)
        {
            foreach (var word in GenericSecret.Words) Add(new Literal(word, ExactCase: false), SecretRuleSet.GenericRule);
            foreach (var vendor in rules.Where(r => r.Data.Provider.Length > 0).GroupBy(r => r.Data.Provider, StringComparer.Ordinal))
            {
                foreach (var name in VendorSecret.NamesOf(vendor.Key, vendor.SelectMany(r => r.Data.Keywords))) Add(new Literal(name, ExactCase: false), SecretRuleSet.VendorRule);
            }
        }
        return new SecretRuleIndex(
            [.. byLiteral.Keys.Select(LiteralIndex.Prepare)],
            [.. byLiteral.Select(l => l.Key.Text.All(char.IsAsciiLetter) && l.Value.All(r => r == SecretRuleSet.VendorRule || (r >= 0 && rules[r].IsValue)))],
            [.. byLiteral.Values.Select(v => v.ToArray())],
            [.. Enumerable.Range(0, rules.Count).Where(i => rules[i].Data.Keywords.Count == 0).Select(i => (short)i)]);

        void Add(Literal literal, short rule)
        {
            if (!byLiteral.TryGetValue(literal, out var list)) byLiteral[literal] = list = [];
            if (!list.Contains(rule)) list.Add(rule);
        }
    }

    /// <summary>Reads the file.</summary>
    /// <param name="bytes">Kept; must not change.</param>
    public static SecretRuleIndex Read(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        var count = BinaryPrimitives.ReadInt32LittleEndian(span);
        var (literals, isName, rulesOf) = (new PreparedLiteral[count], new bool[count], new short[count][]);
        var at = sizeof(int);
        for (var i = 0; i < count; i++)
        {
            var (length, flags, probe) = (span[at], span[at + 1], span[at + 2]);
            literals[i] = new PreparedLiteral(bytes.Slice(at + 3, length), (flags & ExactCaseFlag) != 0, probe);
            isName[i] = (flags & NameFlag) != 0;
            at += 3 + length;
            rulesOf[i] = Numbers(span, ref at);
        }
        return new SecretRuleIndex(literals, isName, rulesOf, Numbers(span, ref at));
    }

    /// <summary>The file's bytes.</summary>
    public byte[] Write()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.ASCII);
        writer.Write(_literals.Length);
        for (var i = 0; i < _literals.Length; i++)
        {
            writer.Write(checked((byte)_literals[i].Text.Length));
            writer.Write((byte)((_literals[i].ExactCase ? ExactCaseFlag : 0) | (IsName[i] ? NameFlag : 0)));
            writer.Write(checked((byte)_literals[i].Probe));
            writer.Write(_literals[i].Text.Span);
            Write(writer, RulesOf[i]);
        }
        Write(writer, Unkeyed);
        return stream.ToArray();
    }

    private static void Write(BinaryWriter writer, short[] numbers)
    {
        writer.Write(checked((ushort)numbers.Length));
        foreach (var number in numbers) writer.Write(number);
    }

    private static short[] Numbers(ReadOnlySpan<byte> span, ref int at)
    {
        var numbers = new short[BinaryPrimitives.ReadUInt16LittleEndian(span[at..])];
        at += sizeof(ushort);
        for (var i = 0; i < numbers.Length; i++, at += sizeof(short)) numbers[i] = BinaryPrimitives.ReadInt16LittleEndian(span[at..]);
        return numbers;
    }

    // A keyword that stands in a case-sensitive pattern in one spelling only is looked for in that spelling.
    private static Literal SpellingOf(SecretRuleData rule, string keyword)
    {
        if (rule.Pattern is { } pattern && !pattern.Contains("(?i", StringComparison.Ordinal))
        {
            var plain = pattern.Replace("\\", "", StringComparison.Ordinal);
            var spellings = new HashSet<string>(StringComparer.Ordinal);
            for (var at = plain.IndexOf(keyword, StringComparison.OrdinalIgnoreCase); at >= 0; at = plain.IndexOf(keyword, at + 1, StringComparison.OrdinalIgnoreCase))
                spellings.Add(plain.Substring(at, keyword.Length));
            if (spellings.Count == 1) return new Literal(spellings.Single(), ExactCase: true);
        }
        return new Literal(keyword, ExactCase: false);
    }
}
