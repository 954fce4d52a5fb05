namespace Sentinel.Deployment.Checking;

/// <summary>Which files are looked at together.</summary>
internal static class CheckedSets
{
    /// <summary>
    /// Each kustomization that no other one uses is a set with everything that it is made of, because its objects meet in one cluster;
    /// other objects of Kubernetes are a set for each folder. Everything else is one set.
    /// </summary>
    public static IEnumerable<CheckedSet> Of(IReadOnlyList<CheckedFile> files)
    {
        yield return new CheckedSet([.. files.Where(f => f.Kind != FileKind.Kubernetes)]);
        var kustomizations = files.Where(f => f.Path.Split('/')[^1] is "kustomization.yaml" or "kustomization.yml").ToDictionary(f => Folder(f.Path), StringComparer.Ordinal);
        var parts = kustomizations.ToDictionary(k => k.Key, k => Parts(k.Key, k.Value).ToArray(), StringComparer.Ordinal);
        var used = parts.Values.SelectMany(p => p).ToHashSet(StringComparer.Ordinal);
        var covered = new HashSet<string>(StringComparer.Ordinal);
        foreach (var root in kustomizations.Keys.Where(k => !used.Contains(k)))
        {
            var paths = new HashSet<string>(StringComparer.Ordinal);
            Collect(root, parts, paths);
            covered.UnionWith(paths);
            yield return new CheckedSet([.. files.Where(f => f.Kind == FileKind.Kubernetes && paths.Contains(f.Path) && !kustomizations.ContainsValue(f))]);
        }
        foreach (var folder in files.Where(f => f.Kind == FileKind.Kubernetes && !covered.Contains(f.Path) && !kustomizations.ContainsValue(f)).GroupBy(f => Folder(f.Path)))
            yield return new CheckedSet([.. folder]);
    }

    private static void Collect(string entry, Dictionary<string, string[]> parts, HashSet<string> paths)
    {
        if (!paths.Add(entry) || !parts.TryGetValue(entry, out var used)) return;
        foreach (var part in used) Collect(part, parts, paths);
    }

    private static IEnumerable<string> Parts(string folder, CheckedFile kustomization) =>
        kustomization.Documents.SelectMany(d => d["resources"].Texts().Concat(d["components"].Texts()).Concat(d["bases"].Texts())).Select(p => Normal($"{folder}/{p}"));

    private static string Folder(string path) => path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : ".";

    private static string Normal(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0 && parts[^1] is not ("" or "..")) parts.RemoveAt(parts.Count - 1);
            else if (part is not ".") parts.Add(part);
        }
        return string.Join('/', parts).TrimEnd('/');
    }
}
