using System.Text;
using Sentinel.Scanning;

namespace Sentinel.Worker.Heartbeats;

/// <summary>Files that each hold one defect of one rule, made of the rules' own examples with values drawn anew.</summary>
internal sealed class SyntheticTree : IFileSource
{
    private readonly Dictionary<string, byte[]> _contents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RuleDescriptor> _rules = new(StringComparer.Ordinal);

    /// <param name="rules">Each gets a file.</param>
    /// <param name="random">Chooses among examples; the values come from it too.</param>
    public SyntheticTree(IReadOnlyList<RuleDescriptor> rules, Random random)
    {
        foreach (var (i, rule) in rules.Index())
        {
            var example = SampleExpander.Expand(rule.Examples[random.Next(rule.Examples.Count)], $"{rule.Id}:{random.NextInt64():x}{random.NextInt64():x}");
            var usual = ExamplePath.Of(rule);
            // Some analyzers look at files in one folder only, others at one name only.
            var path = usual.StartsWith('.') ? usual.Replace("example", $"example-{i}", StringComparison.Ordinal) : $"rule-{i}/{usual}";
            _contents.Add(path, Encoding.UTF8.GetBytes(example));
            _rules.Add(path, rule);
        }
        Entries = [.. _contents.Select(c => new FileEntry(c.Key, c.Value.Length))];
    }

    public IReadOnlyList<FileEntry> Entries { get; }

    public IReadOnlyList<SkippedEntry> Skipped => [];

    public bool IsComplete => true;

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(FileEntry entry, CancellationToken cancellationToken) => new(_contents[entry.Path]);

    /// <summary>The rules whose defect is not in a report.</summary>
    public IReadOnlyList<RuleDescriptor> Missed(ScanReport report)
    {
        var found = report.Findings.Select(f => (f.Location.Path, f.RuleId)).ToHashSet();
        return [.. _rules.Where(r => !found.Contains((r.Key, r.Value.Id))).Select(r => r.Value)];
    }
}
