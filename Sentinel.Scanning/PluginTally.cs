namespace Sentinel.Scanning;

/// <summary>Counts what one plug-in does in one scan.</summary>
internal sealed class PluginTally(IFileAnalyzer analyzer)
{
    private const int MaxErrors = 100;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _covered = new(StringComparer.Ordinal);
    private readonly List<FileError> _errors = [];
    private int _findings;
    private int _errorCount;

    public IFileAnalyzer Analyzer { get; } = analyzer;

    public IReadOnlySet<string> Covered => _covered;

    public bool IsAllowed(Capabilities allowed) => (Analyzer.Descriptor.Requires & ~allowed) == 0;

    public void AddFile(string path, int findings)
    {
        lock (_lock)
        {
            _covered.Add(path);
            _findings += findings;
        }
    }

    public void AddError(FileError error)
    {
        lock (_lock)
        {
            _errorCount++;
            if (_errors.Count < MaxErrors) _errors.Add(error);
        }
    }

    public PluginRun ToRun(Capabilities allowed)
    {
        if (!IsAllowed(allowed))
            return new PluginRun(Analyzer.Descriptor, PluginStatus.Skipped, 0, 0, [], $"needs {Analyzer.Descriptor.Requires & ~allowed}, which this scan does not allow");

        var status = _errorCount == 0 ? PluginStatus.Succeeded : _covered.Count == 0 ? PluginStatus.Failed : PluginStatus.Partial;
        return new PluginRun(
            Analyzer.Descriptor, status, _covered.Count, _findings,
            [.. _errors.OrderBy(e => e.Path, StringComparer.Ordinal)], _errorCount > 0 ? $"{_errorCount} files could not be analysed" : null);
    }
}
