namespace Sentinel.Scanning.Imports;

/// <summary>Which files the locations of one run mean.</summary>
internal sealed class SarifPaths
{
    private const int MaxBases = 100;

    // Bases may refer to each other (section 3.14.14), in circles if somebody likes.
    private const int MaxDepth = 5;

    private readonly SarifRun _run;
    private readonly string[] _bases;

    /// <exception cref="SarifException">The run has more base addresses than are taken.</exception>
    public SarifPaths(SarifRun run)
    {
        if (run.OriginalUriBaseIds?.Count > MaxBases) throw new SarifException($"A run has more than {MaxBases} base addresses (originalUriBaseIds).");
        _run = run;
        var bases = run.OriginalUriBaseIds?.Values.Select(b => b?.Uri).OfType<string>().Select(Plain) ?? [];
        _bases = [.. bases.Where(b => b.Length > 1 && b.EndsWith('/')).OrderByDescending(b => b.Length)];
    }

    /// <summary>The path with <c>/</c>: from the root of the sources where the tool says where that is, else as it is given. Null for none.</summary>
    public string? Of(SarifArtifactLocation? location)
    {
        if (location is { Uri: null, Index: { } index } && index >= 0 && index < _run.Artifacts?.Count) location = _run.Artifacts[index].Location;
        if (location?.Uri is not { Length: > 0 } uri) return null;
        var path = Plain(uri);
        // Below a base, the rest is what stands below the sources' root; a base within another is a folder of it.
        return path.StartsWith('/') ? BelowBase(path) : Folder(location.UriBaseId, MaxDepth) + Normal(path);
    }

    private string BelowBase(string path) => Array.Find(_bases, b => path.StartsWith(b, StringComparison.Ordinal)) is { } known ? Normal(path[known.Length..]) : path;

    private string Folder(string? id, int depth)
    {
        if (id is null || depth == 0 || _run.OriginalUriBaseIds?.GetValueOrDefault(id) is not { } known) return "";
        return known.UriBaseId is null || known.Uri is not { } uri || Plain(uri).StartsWith('/') ? "" : Folder(known.UriBaseId, depth - 1) + Normal(Plain(uri));
    }

    private static string Plain(string uri)
    {
        if (Uri.TryCreate(uri, UriKind.Absolute, out var absolute) && absolute.IsFile && uri.StartsWith("file:", StringComparison.OrdinalIgnoreCase)) return absolute.LocalPath.Replace('\\', '/');
        return Uri.UnescapeDataString(uri).Replace('\\', '/');
    }

    private static string Normal(string path)
    {
        while (path.StartsWith("./", StringComparison.Ordinal)) path = path[2..];
        return path.TrimStart('/');
    }
}
