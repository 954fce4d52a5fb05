namespace Sentinel.Scanning.Imports;

/// <summary>Finds the files that a tool means: it may have run in a folder of its own, and say where in its own way.</summary>
/// <param name="files">All files of the commit.</param>
public sealed class TreePaths(IEnumerable<FileEntry> files)
{
    private readonly Dictionary<string, FileEntry> _byPath = files.ToDictionary(f => f.Path, StringComparer.Ordinal);
    private readonly Dictionary<string, FileEntry?> _found = new(StringComparer.Ordinal);
    private ILookup<string, FileEntry>? _byName;

    /// <summary>
    /// The file by its path; an absolute path is cut from the left until the rest is a file. Null when
    /// there is no such file.
    /// </summary>
    public FileEntry? Find(string path)
    {
        if (_byPath.TryGetValue(path, out var file)) return file;
        if (_found.TryGetValue(path, out file)) return file;
        return _found[path] = IsAbsolute(path) ? Longest(path) : null;
    }

    private static bool IsAbsolute(string path) => path.StartsWith('/') || path is [_, ':', '/', ..];

    private FileEntry? Longest(string path)
    {
        _byName ??= _byPath.Values.ToLookup(f => f.Name, StringComparer.Ordinal);
        var matches = _byName[path[(path.LastIndexOf('/') + 1)..]].Where(f => path.EndsWith($"/{f.Path}", StringComparison.Ordinal)).ToArray();
        // The longest is the one whose root is the tool's folder: "/src/app/app/a.py" may be "app/app/a.py", "app/a.py" or "a.py".
        return matches.MaxBy(f => f.Path.Length);
    }
}
