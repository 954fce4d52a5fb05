using Sentinel.Scanning;

namespace Sentinel.Worker.Exposure;

/// <summary>The analyzers that look for secrets, and no others: what else is wrong with an old version of a file is nobody's concern.</summary>
internal sealed class SecretEngine
{
    private readonly IFileAnalyzer[] _analyzers;

    /// <summary>Takes from a table the analyzers with a rule for secrets.</summary>
    public SecretEngine(IEnumerable<IFileAnalyzer> analyzers)
    {
        _analyzers = [.. analyzers.Where(a => a.Rules.Any(r => r.Category == FindingCategory.Secret))];
        Engine = new ScanEngine(_analyzers);
    }

    public ScanEngine Engine { get; }

    /// <summary>What of a path decides a result: the same content is looked at once for each.</summary>
    public string PathClass(string path) => string.Join('\n', _analyzers.Select(a => a.PathClass(path)));
}
