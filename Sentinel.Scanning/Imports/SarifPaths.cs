namespace Sentinel.Scanning.Imports;

/// <summary>Which file a location means.</summary>
internal static class SarifPaths
{
    // Bases may refer to each other (section 3.14.14), in circles if somebody likes.
    private const int MaxBases = 5;

    /// <summary>The path with <c>/</c>: from the root of the sources where the tool says where that is, else as it is given. Null for none.</summary>
    public static string? Of(SarifArtifactLocation? location, SarifRun run)
    {
        if (location is { Uri: null, Index: { } index } && index >= 0 && index < run.Artifacts?.Count) location = run.Artifacts[index].Location;
        if (location?.Uri is not { Length: > 0 } uri) return null;
        var path = Plain(uri);
        // Below a base, the rest is what stands below the sources' root; a base within another is a folder of it.
        return path.StartsWith('/') ? BelowBase(path, run) : Folder(location.UriBaseId, run, MaxBases) + Normal(path);
    }

    private static string BelowBase(string path, SarifRun run)
    {
        var bases = run.OriginalUriBaseIds?.Values.Select(b => b.Uri).OfType<string>().Select(Plain).Where(b => b.Length > 1 && b.EndsWith('/') && path.StartsWith(b, StringComparison.Ordinal)) ?? [];
        return bases.MaxBy(b => b.Length) is { } known ? Normal(path[known.Length..]) : path;
    }

    private static string Folder(string? id, SarifRun run, int depth)
    {
        if (id is null || depth == 0 || run.OriginalUriBaseIds?.GetValueOrDefault(id) is not { } known) return "";
        return known.UriBaseId is null || known.Uri is not { } uri || Plain(uri).StartsWith('/') ? "" : Folder(known.UriBaseId, run, depth - 1) + Normal(Plain(uri));
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
