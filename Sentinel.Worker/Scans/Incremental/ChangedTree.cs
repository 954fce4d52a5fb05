using Sentinel.Git;
using Sentinel.Git.Blobs;
using Sentinel.Scanning;

namespace Sentinel.Worker.Scans.Incremental;

/// <summary>What differs between a baseline's commit and a newer one, in the terms of the engine.</summary>
/// <param name="Old">Files as they were, those that are tried again included.</param>
/// <param name="New">Files as they are, those that are tried again included.</param>
/// <param name="Skipped">Links and submodules as they are.</param>
/// <param name="Paths">All paths that are looked at, gone ones included.</param>
/// <param name="FilesAdded">By how much the number of files in the tree grows; negative when it shrinks.</param>
internal sealed record ChangedTree(
    IReadOnlyList<FileEntry> Old, IReadOnlyList<FileEntry> New, IReadOnlyList<SkippedEntry> Skipped, IReadOnlyCollection<string> Paths, int FilesAdded)
{
    /// <summary>Most changed files; with more, looking at everything costs about the same.</summary>
    public const int MaxChanges = 2000;

    /// <summary>Asks for the lengths of what changed.</summary>
    /// <param name="retried">Files that are looked at though they did not change.</param>
    /// <returns>Null when git cannot say.</returns>
    public static async Task<ChangedTree?> ReadAsync(
        BlobReader blobs, IReadOnlyList<TreeChange> changes, IReadOnlyList<FileEntry> retried, CancellationToken cancellationToken)
    {
        var items = changes.SelectMany(c => new[] { c.Old, c.New }).OfType<TreeItem>().Where(i => i.Mode != Submodule).Select(i => i.ObjectId).Distinct(StringComparer.Ordinal).ToArray();
        var lengths = await blobs.LengthsAsync(items, cancellationToken);
        if (lengths.Any(l => l is null)) return null;

        var byId = items.Zip(lengths).ToDictionary(p => p.First, p => p.Second!.Value, StringComparer.Ordinal);
        var paths = changes.Select(c => c.Path).ToHashSet(StringComparer.Ordinal);
        FileEntry[] again = [.. retried.Where(r => paths.Add(r.Path))];
        return new ChangedTree(
            [.. changes.Where(c => c.Old is { IsFile: true }).Select(c => new FileEntry(c.Path, byId[c.Old!.ObjectId], c.Old.ObjectId)), .. again],
            [.. changes.Where(c => c.New is { IsFile: true }).Select(c => new FileEntry(c.Path, byId[c.New!.ObjectId], c.New.ObjectId)), .. again],
            [.. changes.Where(c => c.New is { IsFile: false }).Select(c => SkippedOf(c.Path, c.New!))],
            paths,
            changes.Count(c => c.New is not null) - changes.Count(c => c.Old is not null));

        SkippedEntry SkippedOf(string path, TreeItem item) =>
            item.Mode == Submodule ? new SkippedEntry(path, 0, SkipReason.Submodule) : new SkippedEntry(path, byId[item.ObjectId], SkipReason.Symlink);
    }

    private const string Submodule = "160000";
}
