using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace Sentinel.Scanning;

/// <summary>
/// Runs the analyzers over a tree. Owns limits, isolation, parallelism, the cache and the order of results; analyzers own none of
/// these. A content whose result is cached is not even read.
/// </summary>
public sealed class ScanEngine
{
    private readonly FrozenDictionary<string, IFileAnalyzer> _analyzers;

    /// <summary>An engine over a table of plug-ins.</summary>
    /// <exception cref="ArgumentException">Two plug-ins have the same id.</exception>
    public ScanEngine(IEnumerable<IFileAnalyzer> analyzers)
    {
        _analyzers = analyzers.ToFrozenDictionary(a => a.Descriptor.Id, StringComparer.Ordinal);
        var packs = _analyzers.Values.Select(a => a.Descriptor).OrderBy(d => d.Id, StringComparer.Ordinal).Select(d => $"{d.Id}@{d.Version}:{d.RulePackHash}");
        RulePackHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', packs))))[..16];
    }

    /// <summary>Changes whenever an unchanged tree might give other findings.</summary>
    public string RulePackHash { get; }

    /// <summary>
    /// The part of a path on which the result of a content depends: two paths of one class have the same findings. For walks over
    /// histories, where one content stands under many paths.
    /// </summary>
    public string PathClass(string path)
    {
        // No analyzer refuses a file for being large, which is all that is unknown here.
        var entry = new FileEntry(path, int.MaxValue);
        return string.Join('\n', _analyzers.Values.Where(a => a.Accepts(entry)).Select(a => $"{a.Descriptor.Id}:{a.PathClass(path)}"));
    }

    /// <summary>Scans a tree.</summary>
    /// <param name="progress">Told now and then; null when nobody watches.</param>
    /// <exception cref="OperationCanceledException">The caller stopped; results so far are in the cache.</exception>
    public async Task<ScanReport> ScanAsync(
        IFileSource source, IAnalysisCache cache, ScanOptions options, IProgress<ScanProgressSample>? progress, CancellationToken cancellationToken)
    {
        using var run = new ScanRun(_analyzers, source, cache, options, progress);
        await run.ExecuteAsync(cancellationToken);
        return run.Report(RulePackHash);
    }
}
