using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Sentinel.Scanning;

namespace Sentinel.Tests.Scanning;

/// <summary>A tree in memory that counts what is read of it.</summary>
internal sealed class MemorySource : IFileSource
{
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly List<FileEntry> _entries = [];
    private readonly ConcurrentBag<string> _read = [];
    private readonly HashSet<string> _unreadable = new(StringComparer.Ordinal);

    public IReadOnlyList<FileEntry> Entries => _entries;

    public List<SkippedEntry> Left { get; } = [];

    public IReadOnlyList<SkippedEntry> Skipped => Left;

    public bool IsComplete { get; init; } = true;

    /// <summary>Whether contents too large to be held are handed out as streams.</summary>
    public bool Streams { get; init; }

    public IReadOnlyList<string> Read => [.. _read.Order(StringComparer.Ordinal)];

    public MemorySource With(string path, string text) => With(path, Encoding.UTF8.GetBytes(text));

    public MemorySource With(string path, byte[] content)
    {
        _files[path] = content;
        _entries.Add(new FileEntry(path, content.Length, Convert.ToHexStringLower(SHA256.HashData(content))));
        return this;
    }

    public MemorySource WithUnreadable(string path)
    {
        _unreadable.Add(path);
        return With(path, "unreadable");
    }

    public Stream? OpenRead(FileEntry entry) => Streams ? new MemoryStream(_files[entry.Path]) : null;

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(FileEntry entry, CancellationToken cancellationToken)
    {
        if (_unreadable.Contains(entry.Path)) throw new IOException("the disk is broken");
        _read.Add(entry.Path);
        return ValueTask.FromResult<ReadOnlyMemory<byte>>(_files[entry.Path]);
    }
}

/// <summary>A cache in memory.</summary>
internal sealed class MemoryCache : IAnalysisCache
{
    public ConcurrentDictionary<AnalysisKey, ReadOnlyMemory<byte>> Entries { get; } = new();

    public int Lookups { get; private set; }

    public Task<IReadOnlyDictionary<AnalysisKey, ReadOnlyMemory<byte>>> LookupAsync(IReadOnlyCollection<AnalysisKey> keys, CancellationToken cancellationToken)
    {
        Lookups++;
        return Task.FromResult<IReadOnlyDictionary<AnalysisKey, ReadOnlyMemory<byte>>>(keys.Where(Entries.ContainsKey).ToDictionary(k => k, k => Entries[k]));
    }

    public Task StoreAsync(IReadOnlyCollection<KeyValuePair<AnalysisKey, ReadOnlyMemory<byte>>> entries, CancellationToken cancellationToken)
    {
        foreach (var (key, value) in entries) Entries.TryAdd(key, value);
        return Task.CompletedTask;
    }
}

/// <summary>An analyzer that does what a test says; by default it finds every line with the word "bad".</summary>
internal sealed class FakeAnalyzer(string id = "test/bad", int version = 1, Capabilities requires = Capabilities.None) : IFileAnalyzer
{
    public PluginDescriptor Descriptor { get; } = new(id, version, "Lines with the word bad", Requires: requires);

    public IReadOnlyList<RuleDescriptor> Rules => [];

    public Func<SourceFile, CancellationToken, Task>? Before { get; init; }

    public bool Accepts(FileEntry file) => !file.Path.EndsWith(".ignored", StringComparison.Ordinal);

    public string PathClass(string path) => "";

    public async ValueTask<IReadOnlyList<Finding>> AnalyzeAsync(SourceFile file, AnalysisContext context, CancellationToken cancellationToken)
    {
        if (Before is not null) await Before(file, cancellationToken);
        return [.. Enumerable.Range(1, file.LineCount).Where(line => file.Line(line).Contains("bad", StringComparison.Ordinal)).Select(line => Finding(file, line))];
    }

    private Finding Finding(SourceFile file, int line) => new()
    {
        RuleId = "bad-line",
        AnalyzerId = Descriptor.Id,
        Category = FindingCategory.Code,
        Severity = Severity.High,
        Confidence = Confidence.High,
        Title = "Bad line",
        Message = "This line is bad.",
        Location = new Location(file.Path, new Region(line, 1, line, 4)),
        FingerprintHash = Sentinel.Scanning.Identity.CodeFingerprint.Of("bad-line", file.Line(line).ToString()),
    };
}
