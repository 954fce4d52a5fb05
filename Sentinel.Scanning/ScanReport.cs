namespace Sentinel.Scanning;

/// <summary>How a plug-in fared.</summary>
public enum PluginStatus { Succeeded, Partial, Failed, Skipped }

/// <summary>A fault of one plug-in on one file.</summary>
public sealed record FileError(string Path, string Message);

/// <summary>What one plug-in did in one scan.</summary>
/// <param name="Files">Files it looked at, cached ones included.</param>
/// <param name="Errors">At most 100.</param>
public sealed record PluginRun(
    PluginDescriptor Plugin, PluginStatus Status, int Files, int Findings, IReadOnlyList<FileError> Errors, string? Detail);

/// <summary>The result of a scan: what was found, and what was not looked at.</summary>
public sealed record ScanReport
{
    /// <summary>Sorted by path, position, rule.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>What was found and is allowed, by a comment or by whoever reads the report; told but not counted. Sorted likewise.</summary>
    public IReadOnlyList<Finding> Suppressed { get; init; } = [];

    /// <summary>One per plug-in, sorted by id.</summary>
    public required IReadOnlyList<PluginRun> Plugins { get; init; }

    /// <summary>Files not analysed, sorted by path.</summary>
    public required IReadOnlyList<SkippedEntry> Skipped { get; init; }

    /// <summary>
    /// For each analyzer the paths on which it really ran or whose result came from the cache. A finding may only be closed by an
    /// analyzer that covered its file.
    /// </summary>
    public required IReadOnlyDictionary<string, IReadOnlySet<string>> Covered { get; init; }

    /// <summary>Files of the tree, skipped ones included.</summary>
    public required int Files { get; init; }

    /// <summary>Bytes read.</summary>
    public required long BytesRead { get; init; }

    /// <summary>Results taken from the cache.</summary>
    public required int CacheHits { get; init; }

    /// <summary>Hash over all analyzers' ids, versions and rule packs: two scans with equal hashes ran the same rules.</summary>
    public required string RulePackHash { get; init; }

    /// <summary>Whether everything was looked at: every plug-in succeeded, the listing was complete, no file was unreadable, timed out or cut by a limit.</summary>
    public required bool IsComplete { get; init; }
}

/// <summary>A sample of a running scan.</summary>
/// <param name="BytesRead">Bytes read so far; what came from the cache is not read.</param>
public readonly record struct ScanProgressSample(int FilesDone, int FilesTotal, long BytesRead = 0);
