using System.Buffers;
using System.Buffers.Binary;
using System.Collections;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Sentinel.Scanning.Secrets;

/// <summary>The rules that come with Sentinel: written in YAML, shipped as one compact file, so that a scan starts in milliseconds.</summary>
internal static class SecretRulePack
{
    private const string RulesResource = "Sentinel.Scanning.Secrets.rules.json";
    private const string IndexResource = "Sentinel.Scanning.Secrets.rules.index";
    private const string ExamplesResource = "Sentinel.Scanning.Secrets.examples.json";

    private const int HashLength = 16;
    private const int LineEntry = 2 * sizeof(int);

    private static readonly Lazy<FrozenDictionary<string, SecretRuleExamples>> Examples = new(() =>
        JsonSerializer.Deserialize(Resource(ExamplesResource).Span, SecretRuleJson.Default.SecretRuleExamplesArray)!.ToFrozenDictionary(e => e.Id, StringComparer.Ordinal));

    /// <summary>The rules as they were shipped. Each is read when a text calls it up, its examples when somebody asks for them.</summary>
    public static SecretRuleSet Read()
    {
        var (rules, index) = (Resource(RulesResource), Resource(IndexResource));
        var hash = Encoding.ASCII.GetString(index.Span[..HashLength]);
        var count = BinaryPrimitives.ReadInt32LittleEndian(index.Span[HashLength..]);
        var lines = index.Slice(HashLength + sizeof(int), count * LineEntry);
        return new SecretRuleSet(new ShippedRules(rules, lines), hash, SecretRuleIndex.Read(index[(HashLength + sizeof(int) + lines.Length)..]));
    }

    /// <summary>The index of a pack: the hash, where each rule's line is, and what calls it up (<see cref="SecretRuleIndex"/>).</summary>
    public static byte[] WriteIndex(SecretRulePackData pack)
    {
        var set = new SecretRuleSet(pack.Rules, pack.Hash, withGeneric: true, []);
        if (set.DependsOnPath) throw new InvalidOperationException("A shipped rule looks at paths, which the shipped set does not expect.");
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.ASCII);
        writer.Write(Encoding.ASCII.GetBytes(pack.Hash));
        writer.Write(pack.Rules.Count);
        var text = Encoding.UTF8.GetBytes(Write(pack));
        var at = text.AsSpan().IndexOf((byte)'\n') + 1;
        foreach (var _ in pack.Rules)
        {
            var length = text.AsSpan(at).IndexOf((byte)'\n');
            writer.Write(at);
            // Without the comma that joins it to the next.
            writer.Write(text[at + length - 1] == ',' ? length - 1 : length);
            at += length + 1;
        }
        writer.Write(set.Index.Write());
        return stream.ToArray();
    }

    public static SecretRuleData WithExamples(SecretRuleData rule) => rule with
    {
        Examples = new LazyList(() => Examples.Value[rule.Id].Examples),
        NegativeExamples = new LazyList(() => Examples.Value[rule.Id].NegativeExamples),
    };

    /// <summary>The compact form of rule files.</summary>
    /// <param name="files">File names with their texts.</param>
    /// <exception cref="SecretRuleException">The files have faults.</exception>
    public static SecretRulePackData Build(IEnumerable<KeyValuePair<string, string>> files)
    {
        var rules = new List<SecretRuleData>();
        var faults = new List<string>();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, text) in files.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{text}\0"));
            var reader = new SecretRuleReader(name, checkPatterns: true);
            rules.AddRange(reader.Read(new StringReader(text)));
            faults.AddRange(reader.Faults);
        }
        faults.AddRange(Cross(rules));
        if (faults.Count > 0) throw new SecretRuleException(faults);
        return new SecretRulePackData(Convert.ToHexStringLower(hash.GetHashAndReset())[..16], rules);
    }

    /// <summary>One rule a line, so that a change shows as the lines it changes.</summary>
    public static string Write(SecretRulePackData pack) =>
        $"{{\"hash\":\"{pack.Hash}\",\"rules\":[\n{string.Join(",\n", pack.Rules.Select(r => JsonSerializer.Serialize(r with { Examples = null!, NegativeExamples = null! }, SecretRuleJson.Default.SecretRuleData)))}\n]}}\n";

    /// <summary>The examples of all rules, one rule a line.</summary>
    public static string WriteExamples(SecretRulePackData pack) =>
        $"[\n{string.Join(",\n", pack.Rules.Select(r => JsonSerializer.Serialize(new SecretRuleExamples(r.Id, r.Examples, r.NegativeExamples), SecretRuleJson.Default.SecretRuleExamples)))}\n]\n";

    // Where the assembly is mapped into memory, nothing is copied; pages that nobody asks for are never read.
    private static unsafe ReadOnlyMemory<byte> Resource(string name)
    {
        var stream = typeof(SecretRulePack).Assembly.GetManifestResourceStream(name)!;
        if (stream is UnmanagedMemoryStream mapped) return new MappedBytes(mapped.PositionPointer, checked((int)mapped.Length)).Memory;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Faults that only show when all rules are seen together.</summary>
    public static IEnumerable<string> Cross(IReadOnlyCollection<SecretRuleData> rules)
    {
        foreach (var group in rules.GroupBy(r => r.Id, StringComparer.Ordinal).Where(g => g.Count() > 1)) yield return $"the rule id '{group.Key}' is used twice";
        var ids = rules.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var rule in rules)
        {
            foreach (var part in (rule.Parts ?? []).Where(p => p.Rule is { } id && !ids.Contains(id))) yield return $"the rule '{rule.Id}' names '{part.Rule}' as a part, which is no rule";
        }
    }
}

/// <summary>Bytes of the program's own image, which stays where it is as long as the program runs.</summary>
internal sealed unsafe class MappedBytes(byte* start, int length) : MemoryManager<byte>
{
    public override Span<byte> GetSpan() => new(start, length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}

/// <summary>Rules of the shipped pack, each read when it is asked for.</summary>
internal sealed class ShippedRules(ReadOnlyMemory<byte> text, ReadOnlyMemory<byte> lines) : IReadOnlyList<SecretRule>
{
    private readonly SecretRule?[] _rules = new SecretRule?[lines.Length / (2 * sizeof(int))];

    public int Count => _rules.Length;

    // Of two threads that read one rule at once, both must get the same: it keeps its automaton.
    public SecretRule this[int index] => Volatile.Read(ref _rules[index]) ?? Interlocked.CompareExchange(ref _rules[index], Read(index), null) ?? _rules[index]!;

    /// <summary>The rule of an id, found without reading the others: each line begins with it.</summary>
    public SecretRule? Find(string id)
    {
        var start = Encoding.UTF8.GetBytes($"{{\"id\":\"{id}\",");
        for (var i = 0; i < Count; i++)
        {
            if (Line(i).StartsWith(start)) return this[i];
        }
        return null;
    }

    public IEnumerator<SecretRule> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private SecretRule Read(int index) => new(SecretRulePack.WithExamples(JsonSerializer.Deserialize(Line(index), SecretRuleJson.Default.SecretRuleData)!));

    private ReadOnlySpan<byte> Line(int index)
    {
        var entry = lines.Span[(index * 2 * sizeof(int))..];
        return text.Span.Slice(BinaryPrimitives.ReadInt32LittleEndian(entry), BinaryPrimitives.ReadInt32LittleEndian(entry[sizeof(int)..]));
    }
}

/// <summary>A list that is read on first use.</summary>
internal sealed class LazyList(Func<IReadOnlyList<string>> read) : IReadOnlyList<string>
{
    private readonly Lazy<IReadOnlyList<string>> _items = new(read);

    public int Count => _items.Value.Count;

    public string this[int index] => _items.Value[index];

    public IEnumerator<string> GetEnumerator() => _items.Value.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Rules that cannot be used, with all their faults.</summary>
/// <param name="faults">Each names a file and a line where it can.</param>
public sealed class SecretRuleException(IReadOnlyList<string> faults) : Exception("The secret rules have faults:\n" + string.Join('\n', faults))
{
    /// <summary>One line each.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
