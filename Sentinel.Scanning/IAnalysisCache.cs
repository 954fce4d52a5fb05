namespace Sentinel.Scanning;

/// <summary>What a cached result depends on, hashed.</summary>
/// <param name="Hash">64 hexadecimal digits: SHA-256 over blob, path class, analyzer, version, rule pack and fingerprint key.</param>
public readonly record struct AnalysisKey(string Hash, string AnalyzerId, string RulePackHash);

/// <summary>Results of earlier analyses, addressed by what they depend on. Losing an entry costs time, never a finding.</summary>
public interface IAnalysisCache
{
    /// <summary>The entries that exist.</summary>
    Task<IReadOnlyDictionary<AnalysisKey, ReadOnlyMemory<byte>>> LookupAsync(IReadOnlyCollection<AnalysisKey> keys, CancellationToken cancellationToken);

    /// <summary>Adds entries; an existing one stays.</summary>
    Task StoreAsync(IReadOnlyCollection<KeyValuePair<AnalysisKey, ReadOnlyMemory<byte>>> entries, CancellationToken cancellationToken);
}

/// <summary>No cache: every file is analysed.</summary>
public sealed class NoAnalysisCache : IAnalysisCache
{
    /// <summary>The only instance.</summary>
    public static NoAnalysisCache Instance { get; } = new();

    private NoAnalysisCache()
    {
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<AnalysisKey, ReadOnlyMemory<byte>>> LookupAsync(IReadOnlyCollection<AnalysisKey> keys, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<AnalysisKey, ReadOnlyMemory<byte>>>(new Dictionary<AnalysisKey, ReadOnlyMemory<byte>>());

    /// <inheritdoc/>
    public Task StoreAsync(IReadOnlyCollection<KeyValuePair<AnalysisKey, ReadOnlyMemory<byte>>> entries, CancellationToken cancellationToken) => Task.CompletedTask;
}
